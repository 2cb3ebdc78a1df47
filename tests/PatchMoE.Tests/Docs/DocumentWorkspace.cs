using System.Text.Json.Nodes;

namespace PatchMoE.Tests.Docs;

/// <summary>
/// The folder in which the commands of one document are run: it has the repository's specs, with few samples and epochs, and what documents take for granted: photographs, a text, weights.
/// It is the current folder until it is disposed.
/// </summary>
internal sealed class DocumentWorkspace : IDisposable
{
    /// <summary>More than any batch.</summary>
    private const int Samples = 60;

    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();

    public DocumentWorkspace()
    {
        foreach (string spec in Directory.GetFiles(Path.Combine(Repository.Root, "specs"), "*.json", SearchOption.AllDirectories))
        {
            WriteSmaller(spec, Path.GetRelativePath(Repository.Root, spec));
        }

        Pictures.WriteExamples(File("photos"), 10, ["cat", "dog"]);
        Pictures.WriteExamples(File("holidays"), 2, ["beach"]);
        foreach (string picture in (string[])["cat.png", "cup.png", "seven.png"])
        {
            System.IO.File.WriteAllBytes(File(picture), Pictures.Example(1, 77));
        }

        System.IO.File.WriteAllText(File("speech.txt"), "Our debt has grown. The army and the navy keep the peace. Congress may provide for both by a tax on what is imported.");
        Directory.SetCurrentDirectory(_folder.Path);
    }

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Writes a sweep file, with one seed and one epoch for each cell.</summary>
    public void WriteSweep(string name, string text)
    {
        JsonObject sweep = JsonNode.Parse(text)!.AsObject();
        sweep["seeds"] = 1;
        if (sweep["set"] is JsonObject set && set.ContainsKey("training.epochs"))
        {
            set["training.epochs"] = 1;
        }

        Write(name, sweep);
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }

    private void WriteSmaller(string path, string name)
    {
        string text = System.IO.File.ReadAllText(path);
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        if (name.StartsWith(Path.Combine("specs", "sweeps"), StringComparison.Ordinal))
        {
            WriteSweep(name, text);
            return;
        }

        if (json["training"] is JsonObject training)
        {
            foreach (string field in (string[])["epochs", "routerEpochs"])
            {
                if (training.ContainsKey(field))
                {
                    training[field] = 1;
                }
            }
        }

        if (json["data"] is JsonObject data)
        {
            foreach (string field in (string[])["train", "test"])
            {
                if (data[field] is JsonValue value && value.TryGetValue(out int samples))
                {
                    data[field] = Math.Min(samples, Samples);
                }
            }

            // Data of the repository, beside its specs.
            foreach (string field in (string[])["path", "test"])
            {
                if (data[field] is JsonValue value && value.TryGetValue(out string? file) && file.StartsWith("../", StringComparison.Ordinal))
                {
                    data[field] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, file));
                }
            }
        }

        Write(name, json);
    }

    private void Write(string name, JsonObject json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllText(File(name), json.ToJsonString());
    }
}
