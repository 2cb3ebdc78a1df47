using System.Reflection;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Proposals;

/// <summary>The example that comes with the command: a folder with a spec of MNIST's digits on mosaics, its schema for editors, and the digits themselves.</summary>
internal static class MnistExample
{
    /// <summary>What <c>pmoe new</c> is given for it, and the folder that it becomes.</summary>
    public const string Name = "mnist";

    private const string Source = "mnist";
    private static readonly string[] s_specs = ["mnist-joint.json", "pmoe.schema.json"];

    /// <summary>The spec to train.</summary>
    public static string SpecPath => Path.Combine(Name, s_specs[0]);

    /// <summary>Whether a path means the example: the name, and no file or folder of one's own that is called so.</summary>
    public static bool IsMeant(string path) => path == Name && (File.Exists(SpecPath) || !Path.Exists(path));

    /// <summary>Writes the folder.</summary>
    /// <param name="replace">Whether files that exist are replaced.</param>
    /// <exception cref="BadInputException">It exists, or cannot be written; or the digits are not beside the program.</exception>
    public static void Write(bool replace)
    {
        if (File.Exists(SpecPath) && !replace)
        {
            throw new BadInputException($"{SpecPath}: the file exists. Replace the example with --force, or train it with 'pmoe train {SpecPath}'.");
        }

        string digits = DataFolder.Require(Source, folder: null, specFolder: null);
        string target = OutputFolder.Create(Path.Combine(Name, "data", Source));
        AtomicFile.WriteAll(
        [
            .. s_specs.Select(name => (Path.Combine(Name, name), (Action<Stream>)(stream => CopySpec(name, stream)))),
            .. Directory.GetFiles(digits).Select(file => (Path.Combine(target, Path.GetFileName(file)), (Action<Stream>)(stream => stream.Write(File.ReadAllBytes(file))))),
        ]);
    }

    private static void CopySpec(string name, Stream stream)
    {
        using Stream spec = Assembly.GetExecutingAssembly().GetManifestResourceStream($"specs/{name}")!;
        spec.CopyTo(stream);
    }
}
