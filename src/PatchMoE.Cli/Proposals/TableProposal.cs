using System.Globalization;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Proposals;

/// <summary>A spec for a table.</summary>
internal static class TableProposal
{
    private const int Neurons = 32;
    private const int Experts = 8;
    private const int NeuronsPerExpert = 8;
    private static readonly string[] s_labelNames = ["label", "class", "target", "species", "category", "y"];

    /// <summary>Looks at a table.</summary>
    /// <param name="name">The spec's name.</param>
    /// <param name="path">The file.</param>
    /// <param name="label">The column of the class; null to find it by its name.</param>
    /// <param name="patches">The number of patches to cut a row into; null for one.</param>
    /// <exception cref="BadInputException">The table cannot be read, or its column of the class is not known.</exception>
    public static Proposal Of(string name, string path, string? label, int? patches)
    {
        label ??= FindLabel(path);
        CsvTable table = CsvTable.Read(path, label);
        EquatableArray<string> classes = CsvData.ClassesOf(table.Labels);
        if (classes.Count < 2 || table.Columns.Count == 0)
        {
            throw new BadInputException(classes.Count < 2
                ? $"{path}: the column '{label}' holds one class only. Name another column with --label."
                : $"{path}: it has no column of numbers besides '{label}'. Give a table with numbers to learn from.");
        }

        List<string> reasons =
        [
            Text($"found {table.Labels.Count} rows of {table.Columns.Count} numbers, and {classes.Count} classes in the column '{label}': {string.Join(", ", classes.Take(10))}{(classes.Count > 10 ? ", …" : "")}"),
        ];
        int count = patches ?? 1;
        if (table.Columns.Count % count != 0)
        {
            throw new BadInputException(Text($"--patches: {table.Columns.Count} columns cannot be cut into {count} patches of equal length. Give a divisor of {table.Columns.Count}."));
        }

        var input = new VectorsInputSpec(count, table.Columns.Count / count);
        LayerSpec layer = Layer(input, reasons);
        TrainingSpec training = Proposal.Training(Math.Max(1, table.Labels.Count - (int)(table.Labels.Count * FolderDataSpec.DefaultTestShare)));
        reasons.Add(Text($"a fifth of each class is held out for testing; {training.Epochs} epochs; columns are brought to mean 0 and deviation 1"));
        var model = new ModelSpec(input, EquatableArray.Of(layer), Proposal.Head(classes.Count), Loss.SoftmaxCrossEntropy);
        var data = new CsvDataSpec(Path.GetFullPath(path), null, label, FolderDataSpec.DefaultTestShare) { Classes = classes, Normalize = true };
        return new Proposal(new PatchMoESpec(name, model, training, data), reasons);
    }

    private static LayerSpec Layer(VectorsInputSpec input, List<string> reasons)
    {
        if (input.Patches == 1)
        {
            reasons.Add(Text($"one hidden layer of {Neurons} neurons that see the whole row: columns of a table are no patches to choose from. If neighbouring columns belong together, as in a series, cut the row with --patches N"));
            return new LayerSpec(Routing.Dense, 1, Neurons, Bias: true);
        }

        int taken = Math.Clamp(input.Patches / 4, 1, input.Patches);
        reasons.Add(Text($"{input.Patches} patches of {input.Dimension} columns; {Experts} experts of {NeuronsPerExpert} neurons, each with the {taken} patches that its router scores highest"));
        return new LayerSpec(Routing.ExpertChoice, Experts, NeuronsPerExpert, taken, Gate.SoftmaxSelected, Bias: true);
    }

    /// <summary>The column that is called like a class, or the only one of texts.</summary>
    private static string FindLabel(string path)
    {
        string[] columns = [.. CsvTable.ReadHeader(path)];
        string? named = s_labelNames.Select(name => columns.FirstOrDefault(column => column.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(column => column is not null);
        return named ?? CsvTable.OnlyTextColumn(path)
            ?? throw new BadInputException($"{path}: no column is called {string.Join(", ", s_labelNames)}, and not exactly one holds texts, so the column of the class is not known. Name it with --label, one of {string.Join(", ", columns)}.");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
