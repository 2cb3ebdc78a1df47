using System.CommandLine;
using PatchMoE.GpuBench.Ptx;
using PatchMoE.GpuBench.Timing;

var root = new RootCommand("Checks and measures the emitted kernels on one device. Results are lines of JSON on the standard output.")
{
    ParityCommand.Create(),
    TimeCommand.Create(),
    KernelsCommand.Create(),
};
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception failure) when (failure.GetBaseException() is PatchMoE.BadInputException or IOException or InvalidDataException)
{
    // What several threads prepare fails as an AggregateException.
    Console.Error.WriteLine(failure.GetBaseException().Message);
    return 1;
}
