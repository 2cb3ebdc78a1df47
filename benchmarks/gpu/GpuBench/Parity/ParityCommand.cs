using System.CommandLine;
using PatchMoE.Ilgpu;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.GpuBench.Parity;

/// <summary><c>GpuBench parity</c>: whether the emitted kernels give the answers of PyTorch, of the reference and of the CPU, and the same bits twice.</summary>
internal sealed class ParityCommand
{
    private readonly Option<string?> _device = DeviceOption.Create();
    private readonly Option<string?> _golden = new("--golden") { Description = "The folder of the golden cases; none are checked without it." };
    private readonly Option<string[]> _cases = new("--cases") { Description = "Names of golden cases. [default: all]", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _networks = new("--networks") { Description = "The number of random networks. [default: 0]" };
    private readonly Option<long> _mostWork = new("--most-work")
    {
        Description = "Only random networks with at most so many multiplications per sample. [default: all]",
        DefaultValueFactory = _ => long.MaxValue,
    };

    private readonly Option<int> _updates = new("--updates") { Description = "Updates of each optimizer. [default: 0: no optimizer is checked]" };
    private readonly Option<string[]> _optimizers = new("--optimizers") { Description = "Names of optimizers. [default: all]", AllowMultipleArgumentsPerToken = true };

    public static Command Create()
    {
        var parity = new ParityCommand();
        var command = new Command("parity", "Check the kernels; the exit code is 1 if something did not hold.")
        {
            parity._device, parity._golden, parity._cases, parity._networks, parity._mostWork, parity._updates, parity._optimizers,
        };
        command.SetAction(parity.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        using IlgpuDevice device = IlgpuDevices.Open(parsed.GetValue(_device));
        bool held = true;
        foreach (CheckResult result in Checks(parsed, device))
        {
            ResultLine.Write(result);
            held &= result.Held;
        }

        return held ? 0 : 1;
    }

    private IEnumerable<CheckResult> Checks(ParseResult parsed, IlgpuDevice device)
    {
        if (parsed.GetValue(_golden) is { } golden)
        {
            Repository.Golden = golden;
            string[] names = parsed.GetValue(_cases) is { Length: > 0 } chosen ? chosen : [.. GoldenCase.Names];
            foreach (CheckResult result in InOrder(names, GoldenNetworks.Read).Select(network => NetworkCheck.Run(network, device)))
            {
                yield return result;
            }
        }

        int updates = parsed.GetValue(_updates);
        IEnumerable<OptimizerKind> kinds = parsed.GetValue(_optimizers) is { Length: > 0 } words ? words.Select(Kind) : Enum.GetValues<OptimizerKind>();
        foreach (OptimizerKind kind in updates > 0 ? kinds : [])
        {
            yield return OptimizerCheck.Run(kind, updates, device);
        }

        IEnumerable<(int Seed, RandomSpecs.Parts Parts)> drawn = RandomNetworks.Choose(parsed.GetValue(_networks), parsed.GetValue(_mostWork));
        foreach (NetworkCase network in InOrder(drawn, of => RandomNetworks.Draw(of.Seed, of.Parts)))
        {
            yield return NetworkCheck.Run(network, device);
        }
    }

    /// <summary>Compiling takes a processor longer than checking takes a GPU: all processors compile while the device checks.</summary>
    private static ParallelQuery<NetworkCase> InOrder<T>(IEnumerable<T> items, Func<T, NetworkCase> prepare) => items
        .AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(prepare);

    private static OptimizerKind Kind(string word) => Enum.TryParse(word, ignoreCase: true, out OptimizerKind kind)
        ? kind
        : throw new BadInputException($"--optimizers {word}: there is no such optimizer. The optimizers are {string.Join(", ", Enum.GetNames<OptimizerKind>())}.");
}
