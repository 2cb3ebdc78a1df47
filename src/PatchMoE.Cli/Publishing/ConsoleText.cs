using PatchMoE.Compiler;

namespace PatchMoE.Cli.Publishing;

/// <summary>The C# of a console program that classifies arrays.</summary>
internal static class ConsoleText
{
    /// <summary>The source.</summary>
    public static string Of(PublishedNetwork network) => $$"""
        using System.Globalization;
        using PatchMoE;
        using PatchMoE.Formats;

        if (args.Length == 0 || args.Any(argument => argument is "-h" or "--help"))
        {
            Console.Error.WriteLine("usage: {{network.Prefix}} INPUT.npy ...\nPrints the class and its probability for each sample of arrays [B, {{string.Join(", ", network.Spec.Model.InputShape())}}].\nuint8 means pixels, which are divided by 255; all other numbers are taken as they are.");
            return args.Length == 0 ? 2 : 0;
        }

        try
        {
            using {{PatchMoECompiler.Namespace}}.{{network.ClassName}} model = Trained.Create();
            foreach (string path in args)
            {
                foreach (Prediction prediction in model.ClassifyBatch(Inputs(path)))
                {
                    Console.WriteLine(prediction);
                }
            }

            return 0;
        }
        catch (Exception mistake) when (mistake is BadInputException or InvalidOperationException)
        {
            Console.Error.WriteLine($"error: {mistake.Message}");
            return 1;
        }

        static float[] Inputs(string path)
        {
            NpyArray array = NpyFile.Read(path);
            int[] sample = [{{string.Join(", ", network.Spec.Model.InputShape())}}];
            bool isBatch = array.Shape.Skip(1).SequenceEqual(sample) || (sample[^1] == 1 && array.Shape.Skip(1).SequenceEqual(sample.SkipLast(1)));
            if (!isBatch)
            {
                throw new BadInputException($"{path}: the array is [{string.Join(", ", array.Shape)}], but the network's input is [B, {string.Join(", ", sample)}]. Save it in that shape.");
            }

            float[] values = array.Type switch
            {
                NpyType.UInt8 => Array.ConvertAll(array.Values<byte>(), pixel => pixel / 255f),
                NpyType.Int32 => Array.ConvertAll(array.Values<int>(), number => (float)number),
                _ => array.Values<float>(),
            };
            int bad = Array.FindIndex(values, value => !float.IsFinite(value));
            return bad < 0 ? values : throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{path}: value {bad} is not a finite number. Remove or replace it."));
        }

        """;
}
