namespace PatchMoE.Tests.Determinism;

/// <summary>A training run on a processor.</summary>
internal sealed class Run(Processor processor, int threads, string folder)
{
    private readonly string _out = Path.Combine(folder, $"{processor}, {threads}");

    public string Name => $"{processor}, {threads} threads";

    private string WeightsPath => Path.Combine(_out, "weights.safetensors");

    /// <summary>The arguments of <c>pmoe</c> that train a network.</summary>
    public string[] Command(string spec) => ["train", spec, "--threads", $"{threads}", "--out", _out];

    /// <summary>The results of every epoch, without speed and memory.</summary>
    public EpochMetrics[] Metrics() =>
    [
        .. File.ReadLines(Path.Combine(_out, "metrics.jsonl")).Select(line => EpochMetrics.FromJson(line) with { SamplesPerSecond = 0, PeakMemory = null }),
    ];

    /// <summary>The first weight that has other bits than in another run; null if the files are equal, byte by byte.</summary>
    public string? FirstDifference(Run other)
    {
        if (Bytes().SequenceEqual(other.Bytes()))
        {
            return null;
        }

        foreach ((NamedTensor mine, NamedTensor others) in Weights().Zip(other.Weights()))
        {
            int i = mine.Values.AsSpan().CommonPrefixLength(others.Values);
            if (i < mine.Values.Length)
            {
                return $"{mine.Name}[{i}] is {mine.Values[i]:R}, not {others.Values[i]:R}";
            }
        }

        return "the files' headers";
    }

    private byte[] Bytes() => File.ReadAllBytes(WeightsPath);

    private IReadOnlyList<NamedTensor> Weights() => SafetensorsFile.Read(WeightsPath).Tensors;
}
