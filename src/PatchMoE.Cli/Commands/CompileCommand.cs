using System.CommandLine;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Compiler;

namespace PatchMoE.Cli.Commands;

/// <summary>
/// <c>pmoe compile</c>: compiles the spec on standard input into the cache. Other commands start it, so that the C# compiler's memory is released with its process
/// (see <see cref="CompiledModel"/>).
/// </summary>
internal static class CompileCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command(CompiledModel.CommandName, "Compile the spec on standard input into the cache.") { Hidden = true };
        command.SetAction(_ =>
        {
            SpecResult result = SpecReader.Read(Console.In.ReadToEnd(), "standard input");
            PatchMoESpec spec = result.Spec ?? throw new BadInputException($"standard input: the spec is not valid: {result.Diagnostics.First()}");
            context.Compute(() => CompilerOfSdk.TryCompile(spec) || PatchMoECompiler.Compile(spec, AssemblyCache.ForUser()) is not null);
            return ExitCode.Done;
        });
        return command;
    }
}
