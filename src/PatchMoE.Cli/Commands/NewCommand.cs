using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Proposals;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe new PATH</c>: a spec for a folder of pictures, a table or arrays; or the example <c>mnist</c>, a folder with spec and digits.</summary>
internal sealed class NewCommand
{
    private const int MaximumSide = 4096;

    private readonly Argument<string> _path = new("PATH") { Description = "A folder with a folder of pictures for each class, a .csv or .tsv table, a .npz archive or folder of .npy files (x_train, y_train, x_test, y_test); or mnist, for an example: a folder with a spec and 10,000 digits." };
    private readonly Option<(int Height, int Width)?> _size = new("--size")
    {
        Description = "Height and width of the images, one number for both or HxW. [default: chosen from the pictures]",
        HelpName = "N",
        CustomParser = ParseSize,
    };

    private readonly Option<int?> _channels = CommonOptions.Number("--channels", "1 for grey images, 3 for colour. [default: chosen from the pictures]", 1, 3);
    private readonly Option<string?> _label = new("--label") { Description = "The table's column of the class, its name or its number from 0. [default: found by its name]", HelpName = "COLUMN" };
    private readonly Option<int?> _patches = CommonOptions.Number("--patches", "Number of patches to cut a row of a table into. [default: 1]", 1, int.MaxValue);
    private readonly Option<string?> _out = CommonOptions.File("--out", "The spec to write. [default: NAME.json in the current folder]");
    private readonly Option<bool> _force = new("--force") { Description = "Replace the spec if it exists." };

    public static Command Create(CommandContext context)
    {
        var command = new NewCommand();
        var result = new Command("new", "Write a spec for a folder of pictures, a table or arrays.")
        {
            command._path, command._size, command._channels, command._label, command._patches, command._out, command._force,
        };
        result.SetAction(parsed => command.Execute(parsed, context));
        return result;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        string path = parsed.GetRequiredValue(_path);
        if (MnistExample.IsMeant(path))
        {
            return WriteExample(parsed, context);
        }

        string name = Name(path);
        string output = parsed.GetValue(_out) ?? $"{name}.json";
        if (File.Exists(output) && !parsed.GetValue(_force))
        {
            throw new BadInputException($"{output}: the file exists. Replace it with --force, or choose another with --out.");
        }

        Proposal proposal = Propose(parsed, path, name);
        AtomicFile.WriteText(output, SpecWriter.ToJson(proposal.RelativeTo(SpecFile.FolderOf(output)).Spec));
        foreach (string reason in proposal.Reasons)
        {
            context.Error.WriteLine($"- {reason}");
        }

        context.Error.WriteLine($"Next: pmoe train {output}");
        context.Output.WriteLine(output);
        return ExitCode.Done;
    }

    private int WriteExample(ParseResult parsed, CommandContext context)
    {
        foreach (Option option in (Option[])[_size, _channels, _label, _patches, _out])
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new BadInputException($"{option.Name}: {MnistExample.Name} is the example, a folder of that name in the current one, which has no use for it. Leave it out.");
            }
        }

        MnistExample.Write(parsed.GetValue(_force));
        context.Error.WriteLine($"Next: pmoe train {MnistExample.SpecPath}");
        context.Output.WriteLine(MnistExample.SpecPath);
        return ExitCode.Done;
    }

    private Proposal Propose(ParseResult parsed, string path, string name)
    {
        string? label = parsed.GetValue(_label);
        int? patches = parsed.GetValue(_patches);
        (int Height, int Width)? size = parsed.GetValue(_size);
        int? channels = parsed.GetValue(_channels);
        if (channels == 2)
        {
            throw new BadInputException("--channels: an image has 1 channel (grey) or 3 (red, green, blue), not 2.");
        }

        if (ArraysProposal.AreArrays(path))
        {
            Refuse(path, "arrays", ("--label", label is not null), ("--patches", patches is not null), ("--size", size is not null), ("--channels", channels is not null));
            return ArraysProposal.Of(name, path);
        }

        if (Directory.Exists(path))
        {
            Refuse(path, "a folder of pictures", ("--label", label is not null), ("--patches", patches is not null));
            return PictureProposal.Of(name, path, size, channels);
        }

        if (!File.Exists(path))
        {
            throw new BadInputException($"{path}: there is no such file or folder. Give a folder with a folder of pictures for each class, a table, or arrays; or write 'pmoe new {MnistExample.Name}' for an example.");
        }

        Refuse(path, "a table", ("--size", size is not null), ("--channels", channels is not null));
        return TableProposal.Of(name, path, label, patches);
    }

    private static void Refuse(string path, string what, params (string Option, bool IsGiven)[] options)
    {
        foreach ((string option, bool isGiven) in options)
        {
            if (isGiven)
            {
                throw new BadInputException($"{option}: {path} is {what}, which has no use for it. Leave it out.");
            }
        }
    }

    /// <summary>The name of the file or folder, with only the characters that a spec's name may have.</summary>
    private static string Name(string path)
    {
        string stem = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        string name = string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')).Trim('-');
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"data-{name}".TrimEnd('-');
    }

    private static (int Height, int Width)? ParseSize(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] sides = text.Split('x', 'X', '×');
        bool isSize = sides.Length is 1 or 2 && sides.All(side => int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 8 and <= MaximumSide);
        if (isSize)
        {
            return (int.Parse(sides[0], CultureInfo.InvariantCulture), int.Parse(sides[^1], CultureInfo.InvariantCulture));
        }

        result.AddError($"--size: '{text}' is no number of pixels from 8 to {MaximumSide}, nor two such as 36x64, height first.");
        return null;
    }
}
