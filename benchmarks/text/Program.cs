using System.Globalization;
using System.Text.Json;
using PatchMoE;
using PatchMoE.Documents;
using PatchMoE.TextBaselines;
using PatchMoE.Training.Data;

// What a .NET user would take for texts instead, on the same splits as 'pmoe train':
//   linear     the vectors of all sentences, hashed as the networks' are, averaged, into one linear classifier (logistic regression, L-BFGS)
//   mlnet      ML.NET's FeaturizeText of subject and body, and a linear trainer
// Both choose their regularisation on a fifth of the training texts and are then fitted to all of them.
//
//   dotnet run -c Release --project benchmarks/text -- table FOLDER OUT.jsonl [FORMAT]     writes the texts of a folder as a table, so that mails are decoded once
//   dotnet run -c Release --project benchmarks/text -- compare TABLE.jsonl TRAIN SEEDS K…  accuracies as CSV: k irrelevant sentences in each text
//   dotnet run -c Release --project benchmarks/text -- predict SPEC.json FOLDER COUNT      how long mails of a folder take, one at a time, from the file to the class
//   dotnet run -c Release --project benchmarks/text -- throughput SPEC.json FOLDER EPOCHS adam|sgd   trains learnt vectors; writes the tokens to FOLDER for throughput.py
if (args is ["table", var folder, var table, .. var rest])
{
    TextFormat format = rest is [var word] ? Enum.Parse<TextFormat>(word, ignoreCase: true) : TextFormat.Auto;
    var options = new LoadOptions { Seed = 1, SpecFolder = Environment.CurrentDirectory, Texts = DocumentReader.Default, Report = Console.Error.WriteLine };
    ClassFolder files = ClassFolder.List(folder, TextFolder.Content(format));
    List<LabelledText> texts = TextFolder.Read(files, files.Train, format, options);
    File.WriteAllLines(table, texts.Select(text => JsonSerializer.Serialize(new
    {
        label = text.Label,
        title = text.Document.Title,
        text = string.Join("\n\n", text.Document.Sections.SelectMany(section => new[] { section.Heading, section.Body }).Where(part => part.Length > 0)),
    })));
    return 0;
}

static PatchMoESpec Spec(string file) => SpecReader.Read(File.ReadAllText(file), file).Spec ?? throw new BadInputException($"{file} is no valid spec.");

if (args is ["predict", var specFile, var mails, var count])
{
    PredictionTimes.Print(Spec(specFile), mails, int.Parse(count, CultureInfo.InvariantCulture));
    return 0;
}

if (args is ["throughput", var learnt, var output, var epochs, var optimizer])
{
    string specFolder = Path.GetDirectoryName(Path.GetFullPath(learnt))!;
    TrainingThroughput.Print(Spec(learnt), specFolder, output, int.Parse(epochs, CultureInfo.InvariantCulture), Enum.Parse<OptimizerKind>(optimizer, ignoreCase: true));
    return 0;
}

if (args is not ["compare", var path, var train, var seeds, .. var counts])
{
    Console.Error.WriteLine("usage: table FOLDER OUT.jsonl [FORMAT] | compare TABLE.jsonl TRAIN SEEDS K... | predict SPEC.json FOLDER COUNT | throughput SPEC.json FOLDER EPOCHS adam|sgd");
    return 2;
}

Console.WriteLine("baseline,irrelevant,seed,accuracy,seconds");
foreach (int irrelevant in counts.Select(int.Parse))
{
    for (ulong seed = 1; seed <= ulong.Parse(seeds, CultureInfo.InvariantCulture); seed++)
    {
        var spec = new TextDataSpec(Path.GetFullPath(path), null, 0) { Train = int.Parse(train, CultureInfo.InvariantCulture), Title = "title", Irrelevant = irrelevant };
        TextParts parts = TextData.ReadParts(spec, 2, new LoadOptions { Seed = seed, SpecFolder = Environment.CurrentDirectory, Texts = DocumentReader.Default });
        foreach (Baseline baseline in new Baseline[] { new AveragedSentences(2048), new FeaturizedText() })
        {
            (double accuracy, double seconds) = baseline.Measure(parts, (int)seed);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{baseline.Name},{irrelevant},{seed},{accuracy:0.0000},{seconds:0.0}"));
        }
    }
}

return 0;
