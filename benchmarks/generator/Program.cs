using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using PatchMoE;
using PatchMoE.Gen;
using PatchMoE.GeneratorTimes;

// How long the generator takes in the compiler: for a spec's first run in a compiler that has met others before, and for a run after an edit elsewhere; and how long the compiler then takes for what was
// generated. With names as arguments, for example mnist-joint, these specs alone. 'dotnet run --project benchmarks/generator -c Release', in the repository.
const int WarmUpRounds = 3;
const int Rounds = 15;
string folder = Path.Combine(Directory.GetCurrentDirectory(), "specs");
string[] files =
[
    .. Directory.GetFiles(folder, "*.json")
        .Where(path => !path.EndsWith(".schema.json", StringComparison.Ordinal) && (args.Length == 0 || args.Contains(Path.GetFileNameWithoutExtension(path))))
        .Where(path => SpecReader.Read(File.ReadAllText(path), path).Spec?.Model is { Backbone: null })
        .Order(StringComparer.Ordinal),
];

foreach (string file in files)
{
    for (int round = 0; round < WarmUpRounds; round++)
    {
        Measure(new UserProject(file));
    }
}

Console.WriteLine($"| medians of {Rounds} | lines | first run, ms | after an edit elsewhere, ms | steps run again | compiling what was generated, ms |");
Console.WriteLine("|---|---:|---:|---:|---:|---:|");
foreach (string file in files)
{
    Times[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => Measure(new UserProject(file)))];
    double Median(Func<Times, double> value) => rounds.Select(value).Order().ElementAt(Rounds / 2);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| `{Path.GetFileNameWithoutExtension(file)}` | {rounds[0].Lines} | {Median(times => times.First):0.0} | {Median(times => times.Edit):0.00} | {rounds.Max(times => times.RunAgain)} | {Median(times => times.Compile):0} |"));
}

static Times Measure(UserProject project)
{
    long started = Stopwatch.GetTimestamp();
    GeneratorDriver driver = project.NewDriver().RunGeneratorsAndUpdateCompilation(project.Compilation, out Compilation output, out _);
    double first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    GeneratorRunResult result = driver.GetRunResult().Results.Single();
    if (result.Exception is not null || result.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
    {
        throw new InvalidOperationException($"The generator failed: {result.Exception?.ToString() ?? string.Join('\n', result.Diagnostics)}");
    }

    using var assembly = new MemoryStream();
    started = Stopwatch.GetTimestamp();
    if (output.Emit(assembly) is { Success: false } failed)
    {
        throw new InvalidOperationException($"The project does not compile: {string.Join('\n', failed.Diagnostics.Take(10))}");
    }

    double compile = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    Compilation edited = project.Edited();
    started = Stopwatch.GetTimestamp();
    GeneratorDriver after = driver.RunGenerators(edited);
    double edit = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    GeneratorRunResult again = after.GetRunResult().Results.Single();
    int runAgain = again.TrackedSteps.Where(step => step.Key is PatchMoEGenerator.PlanStep or PatchMoEGenerator.NameStep)
        .SelectMany(step => step.Value)
        .Concat(again.TrackedOutputSteps.SelectMany(step => step.Value).Where(step => step.Inputs.Any(input => input.Source.Name == PatchMoEGenerator.NameStep)))
        .SelectMany(step => step.Outputs)
        .Count(outcome => outcome.Reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
    return new Times(result.GeneratedSources.Sum(source => source.SourceText.Lines.Count), first, edit, runAgain, compile);
}
