using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PatchMoE.Pictures;

// From a folder of pictures to a prediction, by the commands a user would type, each a process of its own: 'pmoe new', 'pmoe train', 'pmoe predict'. Nothing is kept from one
// round to the next: no decoded picture, and no compiled network.
const int Rounds = 3;
(string Name, int PerClass, int Height, int Width)[] tasks = [("80 photographs of 400 x 300", 40, 300, 400), ("10,000 pictures of 64 x 36", 5000, 36, 64)];
string root = Directory.CreateTempSubdirectory("pmoe-pictures-").FullName;
Console.WriteLine($"| {Rounds} rounds, medians | `new`, s | `train`, s | of it training, s | `predict`, s | together, s | test accuracy |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach ((string name, int perClass, int height, int width) in tasks)
{
    string folder = Path.Combine(root, $"of{perClass}");
    ShapeFolder.Write(Path.Combine(folder, "photos"), perClass, height, width);
    var rounds = new List<double[]>();
    double accuracy = 0;
    for (int round = 0; round < Rounds; round++)
    {
        string work = Directory.CreateDirectory(Path.Combine(folder, $"round{round}")).FullName;
        (double made, _) = Run(work, "new", "../photos");
        (double trained, string result) = Run(work, "train", "photos.json");
        (double predicted, string answer) = Run(work, "predict", "photos.json", "--input", "../photos/circle/3.png");
        JsonElement summary = JsonDocument.Parse(result).RootElement;
        accuracy = summary.GetProperty("testAccuracy").GetDouble();
        rounds.Add([made, trained, summary.GetProperty("trainSeconds").GetDouble(), predicted, made + trained + predicted]);
        if (!answer.StartsWith("circle", StringComparison.Ordinal))
        {
            Console.Error.WriteLine($"{name}: predicted '{answer}' for a circle");
        }
    }

    IEnumerable<string> medians = Enumerable.Range(0, rounds[0].Length)
        .Select(i => rounds.Select(round => round[i]).Order().ElementAt(Rounds / 2).ToString("0.0", CultureInfo.InvariantCulture));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", medians)} | {accuracy:0.000} |"));
}

Directory.Delete(root, recursive: true);

// The cache of compiled networks is in the user's data folder, which is an empty one here.
static (double Seconds, string Output) Run(string folder, params string[] arguments)
{
    var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pmoe.dll"), .. arguments])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    start.Environment["XDG_DATA_HOME"] = start.Environment["LOCALAPPDATA"] = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
    long started = Stopwatch.GetTimestamp();
    using Process process = Process.Start(start)!;
    process.ErrorDataReceived += (_, _) => { };
    process.BeginErrorReadLine();
    string output = process.StandardOutput.ReadToEnd().Trim();
    process.WaitForExit();
    return process.ExitCode == 0
        ? (Stopwatch.GetElapsedTime(started).TotalSeconds, output)
        : throw new InvalidOperationException($"pmoe {string.Join(' ', arguments)} ended with {process.ExitCode}.");
}
