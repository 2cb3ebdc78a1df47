using System.Diagnostics;
using System.Globalization;
using PatchMoE.Compiler;
using PatchMoE.Documents;
using PatchMoE.Initialization;
using PatchMoE.Text;

namespace PatchMoE.TextBaselines;

/// <summary>How long it takes from a text, or from a mail as it came, to its class: one at a time, on one thread, in a program that has predicted before.</summary>
internal static class PredictionTimes
{
    private const int Rounds = 3;

    /// <summary>Prints medians and 99th percentiles as CSV.</summary>
    /// <param name="spec">The spec; its weights are the initial ones, which take the same time.</param>
    /// <param name="folder">A folder of mails.</param>
    /// <param name="most">How many mails to take.</param>
    public static void Print(PatchMoESpec spec, string folder, int most)
    {
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(most)];
        var parse = new List<double>();
        var classify = new List<double>();
        var segment = new List<double>();
        var network = new List<double>();
        var encoder = new TextEncoder(spec.Model);
        var values = new float[encoder.InputLength];
        var lengths = new int[encoder.GroupCount];
        var bytes = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string file in files)
            {
                long start = Stopwatch.GetTimestamp();
                TextDocument mail;
                try
                {
                    mail = DocumentReader.Default.Read(file, TextFormat.Mail);
                }
                catch (BadInputException)
                {
                    continue;
                }

                long read = Stopwatch.GetTimestamp();
                model.ClassifyText(mail);
                long end = Stopwatch.GetTimestamp();

                // The same again in parts.
                encoder.Segmenter.Segment(mail);
                long cut = Stopwatch.GetTimestamp();
                encoder.Encode(mail, values, lengths);
                long encoded = Stopwatch.GetTimestamp();
                model.Classify(values, lengths);
                long computed = Stopwatch.GetTimestamp();
                if (round > 0)
                {
                    segment.Add(Stopwatch.GetElapsedTime(end, cut).TotalMicroseconds);
                    network.Add(Stopwatch.GetElapsedTime(encoded, computed).TotalMicroseconds);
                    parse.Add(Stopwatch.GetElapsedTime(start, read).TotalMicroseconds);
                    classify.Add(Stopwatch.GetElapsedTime(read, end).TotalMicroseconds);
                    bytes.Add(new FileInfo(file).Length);
                }
            }
        }

        Console.WriteLine("what,median,p99,unit");
        Row("size of a mail", bytes, "bytes");
        Row("reading the file, MIME and HTML", parse, "us");
        Row("text to class", classify, "us");
        Row("of that: cutting the text into segments", segment, "us");
        Row("of that: the network", network, "us");
    }

    private static void Row(string what, List<double> values, string unit)
    {
        values.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what},{values[values.Count / 2]:0.0},{values[values.Count * 99 / 100]:0.0},{unit}"));
    }
}
