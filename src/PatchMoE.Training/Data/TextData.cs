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
        TextParts parts = ReadParts(spec, ModelClasses.Count(model), options);
        var encoder = new TextEncoding(options.Texts!, model, options);
        Dataset Make(List<LabelledText> texts, int[] classes) => encoder.Encode(texts, [.. classes.Select(index => ModelClasses.Label(model, index))]);
        return Preparation.Of(spec, parts.Classes, Make(parts.Train, parts.TrainClasses), Make(parts.Test, parts.TestClasses), options);
    }

    /// <summary>Reads and splits the texts, and mixes sentences of others into them if the spec wants it.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="classCount">C, the number of classes that there must be.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">A table or file cannot be read, or there are other classes.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextParts ReadParts(TextDataSpec spec, int classCount, LoadOptions options)
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
        RequireClasses(path, classes, classCount);
        int[] own = Indices(path, all, classes);
        TextParts parts = test is null ? Split(spec, path, classes, all, own, options) : Some(spec, path, new TextParts(classes, all, own, test, Indices(path, test, classes)), options);
        if (spec.Irrelevant == 0)
        {
            return parts;
        }

        var mixer = new TextMixer(reader, parts.Train, spec.Irrelevant, options.Seed);
        return parts with { Train = mixer.Mix(parts.Train, "data.irrelevant.train"), Test = mixer.Mix(parts.Test, "data.irrelevant.test") };
    }

    private static (List<LabelledText> All, List<LabelledText>? Test) ReadFolder(string path, TextDataSpec spec, LoadOptions options)
    {
        ClassFolder folder = ClassFolder.List(path, TextFolder.Content(spec.Format), spec.Classes);
        return (TextFolder.Read(folder, folder.Train, spec.Format, options), folder.Test is { } test ? TextFolder.Read(folder, test, spec.Format, options) : null);
    }

    private static void RequireClasses(string path, EquatableArray<string> classes, int expected)
    {
        if (classes.Count == expected)
        {
            return;
        }

        string names = $"{string.Join(", ", classes.Take(10))}{(classes.Count > 10 ? ", …" : "")}";
        throw new BadInputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: it has {(classes.Count == 1 ? "1 class" : $"{classes.Count} classes")} ({names}), but the model distinguishes {expected}. Change model.head.outputs, or name the classes to use in data.classes."));
    }

    private static int[] Indices(string path, List<LabelledText> texts, EquatableArray<string> classes)
    {
        var indices = classes.Select((name, index) => (name, index)).ToDictionary(one => one.name, one => one.index);
        return [.. texts.Select(text => indices.TryGetValue(text.Label, out int index) ? index : throw new BadInputException(
            $"{path}: {text.Name} is of the class '{text.Label}', which is none of {string.Join(", ", classes)}. Correct it, or add it to data.classes."))];
    }

    /// <summary>As many training texts as the spec wants, where the test texts are others anyway.</summary>
    private static TextParts Some(TextDataSpec spec, string path, TextParts parts, LoadOptions options)
    {
        if (spec.Train is not { } count || count == parts.Train.Count)
        {
            return parts;
        }

        if (count > parts.Train.Count)
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture, $"data.train: there are only {parts.Train.Count} training texts in {path}, not {count}. Use at most {parts.Train.Count}, or leave it out for all."));
        }

        (int[] kept, _) = StratifiedSplit.Of(parts.TrainClasses, 1 - ((double)count / parts.Train.Count), options.Seed, "data.train");
        return parts with { Train = [.. kept.Select(i => parts.Train[i])], TrainClasses = [.. kept.Select(i => parts.TrainClasses[i])] };
    }

    private static TextParts Split(TextDataSpec spec, string path, EquatableArray<string> classes, List<LabelledText> all, int[] own, LoadOptions options)
    {
        if (spec.Train >= all.Count)
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture, $"data.train: {spec.Train} training texts leave none of the {all.Count} in {path} for testing. Use less than {all.Count}, or name a table in data.test."));
        }

        double share = spec.Train is { } count ? 1 - ((double)count / all.Count) : spec.TestShare;
        (int[] kept, int[] heldOut) = StratifiedSplit.Of(own, share, options.Seed, "data.split");
        if (heldOut.Length == 0)
        {
            options.Report?.Invoke("There are too few texts to hold any out for testing: the test accuracy is that of the training texts, and says nothing about others.");
            heldOut = kept;
        }

        return new TextParts(classes, [.. kept.Select(i => all[i])], [.. kept.Select(i => own[i])], [.. heldOut.Select(i => all[i])], [.. heldOut.Select(i => own[i])]);
    }
}

/// <summary>Texts for training and testing.</summary>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Train">The training texts.</param>
/// <param name="TrainClasses">The class of each of them, as an index.</param>
/// <param name="Test">The test texts.</param>
/// <param name="TestClasses">The class of each of them, as an index.</param>
internal sealed record TextParts(EquatableArray<string> Classes, List<LabelledText> Train, int[] TrainClasses, List<LabelledText> Test, int[] TestClasses);
