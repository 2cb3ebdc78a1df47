using System.Text;
using PatchMoE.Cli.Inputs;
using PatchMoE.Documents;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Texts;

/// <summary>
/// What <c>--input</c> names for a network of texts: files of text, a folder of them, a table with a column of texts, or <c>-</c> for a text on standard input.
/// </summary>
/// <param name="spec">The model's spec, with the data section if it is known: it names the columns and the format.</param>
internal sealed class TextInput(PatchMoESpec spec)
{
    /// <summary>What the text on standard input is called.</summary>
    private const string StandardInputName = "standard input";

    private readonly TextDataSpec _data = spec.Data as TextDataSpec ?? new TextDataSpec("", null, 0);

    /// <summary>Whether a network takes texts.</summary>
    public static bool Takes(ModelSpec model) => model.Input is VectorsInputSpec { Text: { Embedding: not TextEmbedding.Given } };

    /// <summary>The texts themselves, each with its name; rows of a table are named by their lines.</summary>
    /// <param name="inputs">The values of <c>--input</c>.</param>
    /// <exception cref="BadInputException">One cannot be read.</exception>
    public IEnumerable<(string Name, TextDocument Document)> Documents(IReadOnlyList<string> inputs) => inputs.SelectMany(input => input switch
    {
        ArrayInput.StandardInput => [(StandardInputName, DocumentReader.Default.Parse(Encoding.UTF8.GetString(ArrayInput.ReadAll()), _data.Format))],
        _ when Directory.Exists(input) => OfFolder(input),
        _ when TextTable.IsTable(input) => new TextTable(input, _data).ReadTexts(DocumentReader.Default).Select(text => (text.Name, text.Document)),
        _ => [OfFile(input)],
    });

    private IEnumerable<(string Name, TextDocument Document)> OfFolder(string folder)
    {
        FolderContent content = TextFolder.Content(_data.Format);
        string[] files = [.. content.In(folder)];
        return files.Length > 0
            ? files.Select(file => OfFile(Path.Combine(folder, file)))
            : throw new BadInputException($"{folder}: the folder holds no texts ({content.Names}).");
    }

    private (string Name, TextDocument Document) OfFile(string file) => (file, DocumentReader.Default.Read(file, _data.Format));
}
