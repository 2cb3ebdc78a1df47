using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using PatchMoE;
using PatchMoE.Measurement;
using PatchMoE.OnnxBench;

// OnnxBench ROUNDS SPEC BATCH [SPEC BATCH ...]: prints a table in Markdown. For example, from the root of the repository:
//   dotnet run -c Release --project benchmarks/onnx/OnnxBench -- 7 specs/wide.json 64 specs/wide.json 1
if (args.Length < 3 || args.Length % 2 == 0 || !int.TryParse(args[0], CultureInfo.InvariantCulture, out int rounds) || rounds < 1)
{
    Console.Error.WriteLine("OnnxBench ROUNDS SPEC BATCH [SPEC BATCH ...]; a round times every network once.");
    return 2;
}

try
{
    var comparisons = new List<Comparison>();
    for (int i = 1; i < args.Length; i += 2)
    {
        SpecResult read = SpecReader.Read(File.ReadAllText(args[i]), args[i]);
        PatchMoESpec spec = read.Spec ?? throw new BadInputException(string.Join('\n', read.Diagnostics));
        comparisons.Add(new Comparison(spec, int.Parse(args[i + 1], CultureInfo.InvariantCulture)));
    }

    // A round times every network, so that a busy minute of the machine spoils a few times of many networks and not all times of one.
    for (int round = 1; round <= rounds; round++)
    {
        comparisons.ForEach(comparison => comparison.TimeRound());
        Console.Error.WriteLine($"round {round} of {rounds}");
    }

    Console.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, 1 thread. Ours: {VectorClass.Current}. ONNX Runtime {OrtEnv.Instance().GetVersionString()}. Medians of {rounds} rounds.\n");
    Console.WriteLine(Comparison.Titles);
    comparisons.ForEach(comparison => Console.WriteLine(comparison.Row()));
    return 0;
}
catch (Exception mistake) when (mistake is BadInputException or IOException or FormatException)
{
    Console.Error.WriteLine($"error: {mistake.Message}");
    return 1;
}
