using System.Globalization;
using PatchMoE.Documents;
using PatchMoE.Formats;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.TextExperiments;

/// <summary>The labelled texts of an experiment.</summary>
/// <param name="Data">Where they are.</param>
/// <param name="Folder">The folder that <paramref name="Data"/> is relative to, its full path.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="MostTraining">The most texts to train with: all that are for training, or two thirds of the texts where nothing else says which.</param>
internal sealed record TextCorpus(TextDataSpec Data, string Folder, EquatableArray<string> Classes, int MostTraining)
{
    /// <summary>The folder in <c>data</c> of the texts that come with the repository.</summary>
    private const string Own = "state-of-the-union";

    private static readonly string[] s_tables = [".csv", ".tsv", ".jsonl"];

    /// <summary>Finds the texts.</summary>
    /// <param name="folder">
    /// The user's folder: with the table <c>train.csv</c>, <c>.tsv</c> or <c>.jsonl</c>, and perhaps <c>test</c> beside it, or with a folder of texts or mails for each class. Null
    /// for the repository's texts.
    /// </param>
    /// <exception cref="BadInputException">There are none, or none of a second class.</exception>
    public static TextCorpus Find(string? folder)
    {
        folder = Path.GetFullPath(folder ?? DataFolder.Find(Own) ?? throw new BadInputException(
            $"There is no folder data/{Own} in the current directory, above it, or above the program. Name a folder of your own texts with --data DIR."));
        TextCorpus corpus = s_tables.Select(ending => Table(folder, "train", ending)).OfType<TextDataSpec>().FirstOrDefault() is { } table ? OfTable(table, folder) : OfFolder(folder);
        return corpus.Classes.Count >= 2 ? corpus : throw new BadInputException(
            $"{folder}: all texts are of the class '{corpus.Classes[0]}'. Give texts of at least two classes.");
    }

    private static TextDataSpec? Table(string folder, string name, string ending)
    {
        string file = name + ending;
        string test = "test" + ending;
        return File.Exists(Path.Combine(folder, file))
            ? new TextDataSpec(file, File.Exists(Path.Combine(folder, test)) ? test : null, TestShare: 0) { Title = HasTitle(Path.Combine(folder, file)) ? "title" : null }
            : null;
    }

    /// <summary>Whether a table has the column <c>title</c>, by its first line.</summary>
    private static bool HasTitle(string file)
    {
        string first = InputFile.Read(file, stream =>
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            return reader.ReadLine() ?? string.Empty;
        });
        return first.TrimStart().StartsWith('{') ? first.Contains("\"title\"", StringComparison.Ordinal) : first.Split(',', ';', '\t', '|').Any(name => name.Trim('"', ' ') == "title");
    }

    private static TextCorpus OfTable(TextDataSpec table, string folder)
    {
        List<LabelledText> texts = new TextTable(Path.Combine(folder, table.Path), table).Read(DocumentReader.Default);
        return new TextCorpus(table, folder, CsvData.ClassesOf(texts.Select(text => text.Label)), MostOf(texts.Count, table.Test is not null));
    }

    /// <summary>Files of no known ending are mails, which mostly have none.</summary>
    private static TextCorpus OfFolder(string folder)
    {
        TextFormat format = HasTexts(folder) ? TextFormat.Auto : TextFormat.Mail;
        ClassFolder files = ClassFolder.List(folder, TextFolder.Content(format));
        return new TextCorpus(new TextDataSpec(".", null, TestShare: 0, format), folder, files.Classes, MostOf(files.Train.Count, files.Test is not null));
    }

    private static bool HasTexts(string folder) => Directory.Exists(folder) && TextFolder.Content(TextFormat.Auto).In(folder).Any();

    private static int MostOf(int texts, bool hasTest) => hasTest ? texts : texts * 2 / 3;

    /// <summary>The texts in words.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"texts of {Classes.Count} classes ({string.Join(", ", Classes.Take(6))}{(Classes.Count > 6 ? ", …" : "")}) in {Folder}");
}
