using System.Diagnostics;
using Service;

namespace PatchMoE.ServiceLoad;

/// <summary>The models alone, without a server: microseconds of a call, the median of several rounds, and whether both say the same.</summary>
internal static class ModelCalls
{
    private const int Rounds = 15;
    private const int Calls = 2000;

    public static void Print(IReadOnlyList<float[]> pictures)
    {
        using Digits ours = Digits.Load(Digits.WeightsPath);
        using var onnx = new OnnxDigits(ours);
        using Workspace workspace = ours.CreateWorkspace();
        var logits = new float[Digits.Outputs];
        double difference = 0;
        foreach (float[] picture in pictures)
        {
            difference = Math.Max(difference, onnx.Forward(picture).Zip(ours.Classify(picture).Probabilities).Max(pair => Math.Abs(pair.First - pair.Second)));
        }

        var work = new Dictionary<string, Action<float[]>>
        {
            ["Forward, a workspace of one's own"] = picture => ours.Forward(picture, logits, workspace),
            ["Classify"] = picture => ours.Classify(picture),
            ["Explain"] = picture => ours.Explain(picture),
            ["ONNX Runtime, probabilities"] = picture => onnx.Forward(picture),
        };
        var times = work.Keys.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((string name, Action<float[]> call) in work)
            {
                long started = Stopwatch.GetTimestamp();
                for (int i = 0; i < Calls; i++)
                {
                    call(pictures[i % pictures.Count]);
                }

                times[name].Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / Calls);
            }
        }

        Console.WriteLine("| call, one thread | µs |\n|---|---:|");
        foreach ((string name, List<double> all) in times)
        {
            Console.WriteLine(FormattableString.Invariant($"| {name} | {all.Order().ElementAt(Rounds / 2):F1} |"));
        }

        Console.WriteLine(FormattableString.Invariant($"\nLargest difference of the probabilities: {difference:G2}\n"));
    }
}
