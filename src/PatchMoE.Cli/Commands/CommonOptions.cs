using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PatchMoE.Cli.Backends;

namespace PatchMoE.Cli.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    private const int MaximumThreads = 1024;

    public const string SamplesHelp = "The samples [B, …], a .npy file (or .npz, file.npz:name), or - for standard input. uint8 means pixels, which are divided by 255; all other numbers are taken as they are.";

    public static Argument<string> Spec() => new("SPEC") { Description = "The spec, a JSON file." };

    public static Option<string> Weights() => RequiredFile("--weights", "The weights, a safetensors file.");

    /// <summary>A spec, or weights that hold their spec.</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "The spec, a JSON file, or weights from 'pmoe train', a safetensors file that holds its spec." };

    public static Option<string?> OptionalWeights() => File("--weights", "The weights, a safetensors file. [default: those of the spec's last run in the folder runs]");

    /// <summary>A required file.</summary>
    public static Option<string> RequiredFile(string name, string description) => new(name) { Description = description, Required = true, HelpName = "FILE" };

    /// <summary>An optional file.</summary>
    public static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    /// <summary>An optional folder.</summary>
    public static Option<string?> Folder(string name, string description) => new(name) { Description = description, HelpName = "DIR" };

    public static Option<string?> Data() => Folder("--data", "The folder with the idx files of MNIST or Fashion-MNIST, the .bin files of CIFAR-10, or CelebA. [default: data/SOURCE in the current folder or one above it]");

    /// <summary>Whether a terminal gets the line of JSON, too.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print the result as a line of JSON, as if the output were redirected." };

    public static Option<bool> Strict() => new("--strict") { Description = "Fail if a picture cannot be decoded, instead of leaving it out." };

    public static Option<int?> Seed() => Number("--seed", "The seed of data, initial weights and shuffling. [default: training.seed of the spec]", 0, int.MaxValue);

    /// <summary>Results are bit-identical for any number of threads.</summary>
    public static Option<int?> Threads() => Number("--threads", "Number of threads that share a pass. [default: the machine's cores]", 1, MaximumThreads);

    /// <summary>The number of threads to use if the user gives none.</summary>
    public static int DefaultThreads => Math.Min(Environment.ProcessorCount, MaximumThreads);

    public static Option<string> Backend()
    {
        Option<string> option = new("--backend") { Description = "The backend that computes; see 'pmoe backends'.", DefaultValueFactory = _ => "cpu" };
        return option.AcceptOnlyFromAmong(BackendCatalog.Names);
    }

    public static Option<string?> Device() => new("--device") { Description = "The device that the backend uses; see 'pmoe backends'. ILGPU's slow CPU accelerator is used only as 'cpu'.", HelpName = "NAME" };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>; null if not given.</summary>
    public static Option<int?> Number(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most),
    };

    /// <summary>A share, 0 or more and less than 1; null if not given.</summary>
    public static Option<double?> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SHARE",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is >= 0 and < 1)
            {
                return share;
            }

            result.AddError($"{name}: '{text}' is not a share, 0 or more and less than 1, for example 0.2.");
            return null;
        },
    };

    private static int? Parse(ArgumentResult result, string name, int least, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError($"{name}: '{text}' is not a whole number from {least} to {most}.");
        return null;
    }
}
