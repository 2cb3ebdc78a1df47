using System.CommandLine;
using System.Globalization;
using PatchMoE.Cli.EqualAccuracy;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Commands;

/// <summary>
/// <c>pmoe footprint TASK --data DIR</c>: does a task with the spec on standard input and prints the peak memory of the process in bytes. <c>pmoe reproduce cost</c> starts
/// it (see <see cref="Footprint"/>).
/// </summary>
internal static class FootprintCommand
{
    public static Command Create(CommandContext context)
    {
        var task = new Argument<FootprintTask>("TASK") { Description = "The task." };
        var data = new Option<string>("--data") { Description = "The folder with the idx files of MNIST.", Required = true, HelpName = "DIR" };
        var command = new Command(Footprint.CommandName, "Do a task with the spec on standard input and print the peak memory.") { task, data };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            SpecResult result = SpecReader.Read(Console.In.ReadToEnd(), "standard input");
            PatchMoESpec spec = result.Spec ?? throw new BadInputException($"standard input: the spec is not valid: {result.Diagnostics.First()}");
            long bytes = Footprint.Of(parsed.GetRequiredValue(task), spec, parsed.GetRequiredValue(data));
            context.Output.WriteLine(bytes.ToString(CultureInfo.InvariantCulture));
            return ExitCode.Done;
        });
        return command;
    }
}
