using System.Globalization;

namespace PatchMoE.Training.Data;

/// <summary>A user's own table, a row for each sample.</summary>
internal static class CsvData
{
    /// <summary>Reads and splits the table.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input has as many values as the table columns of numbers.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="BadInputException">A table cannot be read, or does not fit the model.</exception>
    public static LoadedData Read(CsvDataSpec spec, ModelSpec model, LoadOptions options)
    {
        CsvTable table = Read(spec.File, spec, model, options);
        CsvTable? testTable = spec.Test is null ? null : Read(spec.Test, spec, model, options);
        EquatableArray<string> classes = spec.Classes.Count > 0 ? spec.Classes : ClassesOf(table.Labels);
        if (classes.Count != ModelClasses.Count(model))
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{table.Path}: the column '{spec.Label}' holds {classes.Count} classes ({string.Join(", ", classes.Take(10))}{(classes.Count > 10 ? ", …" : "")}), but the model distinguishes {ModelClasses.Count(model)}. Change model.head.outputs, or name another column."));
        }

        int[] all = Indices(table, classes);
        (Dataset train, Dataset test) = testTable is null
            ? Split(spec, table, all, model, options)
            : (Make(table, all, [.. Enumerable.Range(0, all.Length)], model), Make(testTable, Indices(testTable, classes), [.. Enumerable.Range(0, testTable.Labels.Count)], model));
        return Preparation.Of(spec, classes, train, test, options);
    }

    /// <summary>The classes of a label column: numbers in their order, otherwise texts in ordinal order.</summary>
    public static EquatableArray<string> ClassesOf(IEnumerable<string> labels)
    {
        string[] distinct = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        bool areNumbers = distinct.All(label => double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        return (areNumbers ? distinct.OrderBy(label => double.Parse(label, CultureInfo.InvariantCulture)) : distinct.AsEnumerable()).ToEquatableArray();
    }

    private static CsvTable Read(string file, CsvDataSpec spec, ModelSpec model, LoadOptions options)
    {
        CsvTable table = CsvTable.Read(DataPath.Resolve(file, options.SpecFolder), spec.Label);
        if (table.Columns.Count != model.InputLength())
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{table.Path}: it has {table.Columns.Count} columns of numbers besides '{spec.Label}', but model.input takes {model.InputLength()} values (patches x dimension). Change model.input or the table."));
        }

        return table;
    }

    private static int[] Indices(CsvTable table, EquatableArray<string> classes)
    {
        var indices = classes.Select((name, index) => (name, index)).ToDictionary(one => one.name, one => one.index);
        return [.. table.Labels.Select((label, row) => indices.TryGetValue(label, out int index) ? index : throw new BadInputException(string.Create(
            CultureInfo.InvariantCulture, $"{table.Path}: sample {row} is of the class '{label}', which is none of {string.Join(", ", classes)}. Correct it, or add it to data.classes.")))];
    }

    private static (Dataset Train, Dataset Test) Split(CsvDataSpec spec, CsvTable table, int[] all, ModelSpec model, LoadOptions options)
    {
        (int[] kept, int[] heldOut) = StratifiedSplit.Of(all, spec.TestShare, options.Seed, "data.split");
        if (heldOut.Length == 0)
        {
            options.Report?.Invoke("There are too few rows to hold any out for testing: the test accuracy is that of the training rows, and says nothing about others.");
            heldOut = kept;
        }

        return (Make(table, all, kept, model), Make(table, all, heldOut, model));
    }

    private static Dataset Make(CsvTable table, int[] classes, int[] rows, ModelSpec model)
    {
        int length = model.InputLength();
        float[] inputs = SampleArray.Allocate(rows.Length, length, table.Path);
        for (int i = 0; i < rows.Length; i++)
        {
            table.Values.AsSpan(rows[i] * length, length).CopyTo(inputs.AsSpan(i * length));
        }

        return new Dataset(model.InputShape(), inputs, [.. rows.Select(row => ModelClasses.Label(model, classes[row]))])
        {
            Names = [.. rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"row {row}"))],
        };
    }
}
