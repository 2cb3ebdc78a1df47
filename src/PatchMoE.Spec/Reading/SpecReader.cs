namespace PatchMoE;

/// <summary>Reads and validates specs: the one validator of the compiler, the library and the CLI.</summary>
public static class SpecReader
{
    /// <summary>The maximum number of levels of a network: one more than the entries of <c>groups</c>.</summary>
    public const int MaximumLevels = 3;

    private const int MaximumNameLength = 100;

    /// <summary>Reads a spec file's text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">The path to name in diagnostics; its stem is the spec's name if the text gives none.</param>
    public static SpecResult Read(string json, string file)
    {
        SpecNode? root = JsonParser.Parse(json, file, out SpecDiagnostic? error);
        return root is null ? new SpecResult(null, EquatableArray.Of(error!)) : Read(root, Stem(file));
    }

    /// <summary>Reads a spec from nodes that come from a source other than JSON.</summary>
    /// <param name="root">The whole spec.</param>
    /// <param name="defaultName">The spec's name if the nodes give none.</param>
    internal static SpecResult Read(SpecNode root, string defaultName)
    {
        var diagnostics = new DiagnosticBag();
        PatchMoESpec? spec = FieldReader.Open(root, "", diagnostics, "{ \"model\": { ... } }") is { } fields ? ReadSpec(fields, defaultName) : null;
        return new SpecResult(diagnostics.HasErrors ? null : spec, diagnostics.InTextOrder()) { Omitted = diagnostics.Omitted };
    }

    private static PatchMoESpec? ReadSpec(FieldReader fields, string defaultName)
    {
        fields.Text("$schema", "pmoe.schema.json");
        string? name = ReadName(fields, defaultName);
        ModelSpec? model = fields.Node("model", "the network, with 'input', 'layers', 'head' and 'loss'") is { } modelNode
            ? ModelReader.Read(modelNode, "model", fields.Diagnostics)
            : null;

        SpecNode? trainingNode = fields.Node("training");
        DataSpec? data = fields.Node("data") is { } dataNode ? DataReader.Read(dataNode, "data", model, fields.Diagnostics) : null;
        TrainingSpec? training = trainingNode is null ? null : TrainingReader.Read(trainingNode, "training", model, data, fields.Diagnostics);
        fields.Finish();
        return name is null || model is null ? null : new PatchMoESpec(name, model, training, data);
    }

    private static string? ReadName(FieldReader fields, string defaultName)
    {
        string? name = fields.Text("name", "mnist-joint") ?? (fields.Has("name") ? null : defaultName);
        if (name is null || IsName(name))
        {
            return name;
        }

        fields.Diagnostics.Report(DiagnosticRules.BadName, fields.PlaceOf("name"), Excerpt.Of(name));
        return null;
    }

    /// <summary>A name is used for files and, in Pascal case, for a class.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaximumNameLength && IsLetter(name[0]) && name.All(c => IsLetter(c) || c is (>= '0' and <= '9') or '-' or '_' or '.');

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    /// <summary>The file's name without folders and extension; System.IO.Path throws on characters that .NET Framework forbids.</summary>
    private static string Stem(string file)
    {
        string name = file.Substring(file.LastIndexOfAny(['/', '\\']) + 1);
        int dot = name.LastIndexOf('.');
        return dot < 0 ? name : name.Substring(0, dot);
    }
}
