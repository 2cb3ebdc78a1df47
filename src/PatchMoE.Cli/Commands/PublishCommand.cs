using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Publishing;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe publish MODEL</c>: a trained network as native code with its weights inside, a library with a C header or a console program.</summary>
internal static class PublishCommand
{
    /// <summary>The values of <c>--cpu</c>, and what the native compiler calls them on x64.</summary>
    private static readonly Dictionary<string, string> s_processors = new() { ["avx2"] = "x86-64-v3", ["any"] = "", ["native"] = "native" };

    public static Command Create(CommandContext context)
    {
        Argument<string> model = CommonOptions.Model();
        Option<string?> weights = CommonOptions.OptionalWeights();
        Option<string?> folder = CommonOptions.Folder("--out", "The folder to write to; created if it does not exist. [default: the current one]");
        var console = new Option<bool>("--console") { Description = "Make a console program that classifies arrays, instead of a library." };
        var processor = new Option<string>("--cpu")
        {
            Description = "The processors it is for: avx2 (x64 of 2013 and later), any (slow: without vector instructions), or native (this machine's, as fast as it can be).",
            DefaultValueFactory = _ => "avx2",
            HelpName = "KIND",
        };
        processor.AcceptOnlyFromAmong([.. s_processors.Keys]);
        var command = new Command("publish", "Compile a trained network to a native library with a C header, or to a program.") { model, weights, folder, console, processor };
        command.SetAction(parsed =>
        {
            ModelSource source = ModelSource.Find(parsed.GetRequiredValue(model), parsed.GetValue(weights), context);
            PublishedNetwork network = PublishedNetwork.Read(source.Spec, source.WeightsPath);
            NativeBuild.Require();
            var form = new NativeForm(!parsed.GetValue(console), InstructionSet(parsed.GetRequiredValue(processor)));
            Publish(network, form, OutputFolder.Create(parsed.GetValue(folder) ?? "."), context);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Only x64 has processors without the vectors that the kernels are made of.</summary>
    private static string InstructionSet(string processor) =>
        processor == "native" || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? s_processors[processor] : "";

    private static void Publish(PublishedNetwork network, NativeForm form, string folder, CommandContext context)
    {
        context.Error.WriteLine($"compiling {network.Spec.Name} to native code; the first time, the compiler is downloaded …");
        long started = Stopwatch.GetTimestamp();
        DirectoryInfo work = Directory.CreateTempSubdirectory("pmoe-publish-");
        try
        {
            string name = NativeProject.FileName(network, form);
            string built = Path.Combine(work.FullName, "built");
            string project = NativeProject.Write(work.CreateSubdirectory("source").FullName, network, form);
            NativeBuild.Run(project, built, context.Cancellation);
            Write(network, form, Path.Combine(built, name), Path.Combine(folder, name), context);
        }
        finally
        {
            work.Delete(recursive: true);
        }

        context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s"));
    }

    /// <summary>Writes the header and the compiled file, both or none.</summary>
    private static void Write(PublishedNetwork network, NativeForm form, string built, string target, CommandContext context)
    {
        var files = new List<(string Path, Action<Stream> Write)>
        {
            (target, stream =>
            {
                using FileStream source = File.OpenRead(built);
                source.CopyTo(stream);
            }),
        };
        if (form.IsLibrary)
        {
            files.Add((Path.Combine(Path.GetDirectoryName(target)!, network.Prefix + ".h"), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(HeaderText.Of(network)))));
        }

        AtomicFile.WriteAll(files);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target, File.GetUnixFileMode(built));
        }

        foreach ((string path, _) in files)
        {
            context.Output.WriteLine(path);
        }
    }
}
