using System.Globalization;

namespace PatchMoE.Training.Data;

/// <summary>A user's own texts.</summary>
internal static class TextData
{
    /// <summary>Reads, splits and encodes the texts.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input says what the patches of a text are.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">A table or file cannot be read, or does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LoadedData Read(TextDataSpec spec, ModelSpec model, LoadOptions options)
    {
        if (options.Texts is not { } reader)
        {
            throw new BadInputException("data.kind: 'texts' needs a reader of texts. Reference the package PatchMoE.Documents and pass DocumentReader.Default as LoadOptions.Texts.");
        }

        string path = DataPath.Resolve(spec.Path, options.SpecFolder);
        (List<LabelledText> all, List<LabelledText>? test) = TextTable.IsTable(path) || File.Exists(path)
            ? (new TextTable(path, spec).Read(reader), spec.Test is null ? null : new TextTable(DataPath.Resolve(spec.Test, options.SpecFolder), spec).Read(reader))
            : ReadFolder(path, spec, options);
        EquatableArray<string> classes = spec.Classes.Count > 0 ? spec.Classes : CsvData.ClassesOf(all.Select(text => text.Label));
        RequireClasses(path, classes, model);
        int[] labels = Labels(path, all, classes);
        (List<LabelledText> train, int[] trainLabels, List<LabelledText> held, int[] heldLabels) = test is null
            ? Split(spec, path, all, labels, options)
            : (all, labels, test, Labels(path, test, classes));
        var encoder = new TextEncoding(reader, model, options);
        if (spec.Irrelevant > 0)
        {
            var mixer = new TextMixer(reader, train, spec.Irrelevant, options.Seed);
            (train, held) = (mixer.Mix(train, "data.irrelevant.train"), mixer.Mix(held, "data.irrelevant.test"));
        }

        Dataset Make(List<LabelledText> texts, int[] own) => encoder.Encode(texts, [.. own.Select(index => ModelClasses.Label(model, index))]);
        return Preparation.Of(spec, classes, Make(train, trainLabels), Make(held, heldLabels), options);
    }

    private static (List<LabelledText> All, List<LabelledText>? Test) ReadFolder(string path, TextDataSpec spec, LoadOptions options)
    {
        ClassFolder folder = ClassFolder.List(path, TextFolder.Content(spec.Format), spec.Classes);
        return (TextFolder.Read(folder, folder.Train, spec.Format, options), folder.Test is { } test ? TextFolder.Read(folder, test, spec.Format, options) : null);
    }

    private static void RequireClasses(string path, EquatableArray<string> classes, ModelSpec model)
    {
        if (classes.Count == ModelClasses.Count(model))
        {
            return;
        }

        string names = $"{string.Join(", ", classes.Take(10))}{(classes.Count > 10 ? ", …" : "")}";
        throw new BadInputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: it has {(classes.Count == 1 ? "1 class" : $"{classes.Count} classes")} ({names}), but the model distinguishes {ModelClasses.Count(model)}. Change model.head.outputs, or name the classes to use in data.classes."));
    }

    private static int[] Labels(string path, List<LabelledText> texts, EquatableArray<string> classes)
    {
        var indices = classes.Select((name, index) => (name, index)).ToDictionary(one => one.name, one => one.index);
        return [.. texts.Select(text => indices.TryGetValue(text.Label, out int index) ? index : throw new BadInputException(
            $"{path}: {text.Name} is of the class '{text.Label}', which is none of {string.Join(", ", classes)}. Correct it, or add it to data.classes."))];
    }

    private static (List<LabelledText> Train, int[] TrainLabels, List<LabelledText> Test, int[] TestLabels) Split(
        TextDataSpec spec, string path, List<LabelledText> all, int[] labels, LoadOptions options)
    {
        if (spec.Train >= all.Count)
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture, $"data.train: {spec.Train} training texts leave none of the {all.Count} in {path} for testing. Use less than {all.Count}, or name a table in data.test."));
        }

        double share = spec.Train is { } count ? 1 - ((double)count / all.Count) : spec.TestShare;
        (int[] kept, int[] heldOut) = StratifiedSplit.Of(labels, share, options.Seed, "data.split");
        if (heldOut.Length == 0)
        {
            options.Report?.Invoke("There are too few texts to hold any out for testing: the test accuracy is that of the training texts, and says nothing about others.");
            heldOut = kept;
        }

        return ([.. kept.Select(i => all[i])], [.. kept.Select(i => labels[i])], [.. heldOut.Select(i => all[i])], [.. heldOut.Select(i => labels[i])]);
    }
}
