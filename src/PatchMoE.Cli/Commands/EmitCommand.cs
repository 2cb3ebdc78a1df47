using System.CommandLine;
using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Compiler;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe emit SPEC --out DIR</c>: writes the source that the generator emits for a spec. Files with the same names are replaced.</summary>
internal static class EmitCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> spec = CommonOptions.Spec();
        var folder = new Option<string>("--out") { Description = "The folder to write to; created if it does not exist.", Required = true, HelpName = "DIR" };
        var space = new Option<string>("--namespace") { Description = "The namespace of the emitted class.", DefaultValueFactory = _ => PatchMoECompiler.Namespace, HelpName = "NAME" };
        space.Validators.Add(result =>
        {
            string name = result.GetValueOrDefault<string>();
            if (!name.Split('.').All(part => SyntaxFacts.IsValidIdentifier(part) && SyntaxFacts.GetKeywordKind(part) == SyntaxKind.None))
            {
                result.AddError($"--namespace: '{name}' is not a C# namespace. Give names joined by '.', for example Company.Models.");
            }
        });
        var command = new Command("emit", "Write the C# source that the generator emits for a spec.") { spec, folder, space };
        command.SetAction(parsed =>
        {
            PatchMoESpec valid = SpecFile.Load(parsed.GetRequiredValue(spec), context, keepsPaths: true);
            IReadOnlyList<EmittedFile> files = context.Compute(() => PatchMoECompiler.Emit(valid, parsed.GetRequiredValue(space)));
            Write(files, OutputFolder.Create(parsed.GetRequiredValue(folder)), context);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(IReadOnlyList<EmittedFile> files, string folder, CommandContext context)
    {
        foreach (EmittedFile file in files)
        {
            string path = Path.Combine(folder, file.Name);
            AtomicFile.WriteText(path, file.Text);
            context.Output.WriteLine(path);
        }
    }
}
