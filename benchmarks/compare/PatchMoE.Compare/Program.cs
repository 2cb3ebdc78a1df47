using System.Globalization;
using PatchMoE;
using PatchMoE.Compare;

// serve SPEC BATCH THREADS FOLDER: writes weights, samples and results to FOLDER, then answers timing requests on standard input.
// growth SPEC BATCH THREADS: times the passes while doubling one size after another; prints Markdown.
// share SPEC BATCH THREADS: times a stack's first sparse layer while its experts take more and more of the windows; prints Markdown.
try
{
    int Number(int argument) => int.Parse(args[argument], CultureInfo.InvariantCulture);
    switch (args)
    {
        case ["serve", var spec, _, _, var folder]:
            new Server(SpecFile.Read(spec), Number(2), Number(3)).Serve(folder, Console.In, Console.Out);
            return 0;
        case ["growth", var spec, _, _]:
            Console.Out.Write(GrowthTable.ToMarkdown(Growth.Measure(SpecFile.Read(spec), Number(2), Number(3), Console.Error)));
            return 0;
        case ["share", var spec, _, _]:
            Console.Out.Write(ShareTable.ToMarkdown(ShareOfWindows.Measure(SpecFile.Read(spec), Number(2), Number(3), Console.Error)));
            return 0;
        default:
            Console.Error.WriteLine("usage: serve SPEC BATCH THREADS FOLDER | growth SPEC BATCH THREADS | share SPEC BATCH THREADS");
            return 2;
    }
}
catch (BadInputException mistake)
{
    Console.Error.WriteLine($"error: {mistake.Message}");
    return 1;
}
