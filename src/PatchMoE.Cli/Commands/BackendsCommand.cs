using System.CommandLine;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe backends</c>: lists the backends and devices of this machine.</summary>
internal static class BackendsCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("backends", "List the backends and devices that can be used on this machine.");
        command.SetAction(_ =>
        {
            foreach (BackendEntry backend in BackendCatalog.All)
            {
                string? problem = backend.Problem();
                context.Output.WriteLine($"{backend.Name,-10} {(problem is null ? "yes" : "no ")} {problem ?? backend.About}");
                IReadOnlyList<string> devices = problem is null ? backend.Devices?.Invoke() ?? [] : [];
                foreach (string line in devices.Concat(backend.Details()))
                {
                    context.Output.WriteLine($"{string.Empty,14} {line}");
                }
            }

            return ExitCode.Done;
        });
        return command;
    }
}
