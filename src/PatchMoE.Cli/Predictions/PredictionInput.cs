using System.Text;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Texts;
using PatchMoE.Formats;
using PatchMoE.Imaging;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Predictions;

/// <summary>A sample to predict: its values as a file gives them, and what it is called.</summary>
/// <param name="Values">One sample, not normalised.</param>
/// <param name="Lengths">Its valid patches; empty if all are valid.</param>
/// <param name="Name">The file of a picture or text; null for a row of an array or a table.</param>
internal readonly record struct NamedSample(ReadOnlyMemory<float> Values, ReadOnlyMemory<int> Lengths, string? Name);

/// <summary>
/// What <c>--input</c> names: for a network of texts what <see cref="TextInput"/> reads, otherwise pictures, a folder of them, a text file with the paths of some, a table, arrays, or <c>-</c> for any of them on standard input. What a file is, is
/// told by its name, and on standard input by its first bytes.
/// </summary>
/// <param name="model">The model; its class is compiled, its metadata are loaded.</param>
/// <param name="spec">Its spec, with the data section if it is known.</param>
internal sealed class PredictionInput(IPatchMoEModel model, PatchMoESpec spec)
{
    /// <summary>The name of a picture on standard input; there is one, so it needs no name in the output.</summary>
    public const string StandardInputName = "standard input";

    private const int Sniffed = 16;

    /// <summary>The samples; pictures are decoded one after another, as they are asked for.</summary>
    /// <param name="inputs">The values of <c>--input</c>.</param>
    /// <param name="lengths">The value of <c>--lengths</c>.</param>
    /// <exception cref="BadInputException">One cannot be read, or does not fit the model.</exception>
    public IEnumerable<NamedSample> Read(IReadOnlyList<string> inputs, string? lengths)
    {
        if (lengths is null)
        {
            return TextInput.Takes(spec.Model) && !inputs.Any(IsArray) ? new TextInput(spec).Documents(inputs).Select(text => Encoded(text.Document, text.Name)) : inputs.SelectMany(Of);
        }

        return inputs.Count == 1
            ? Rows(SampleFiles.Read(spec.Model, inputs[0], labels: null, lengths))
            : throw new BadInputException("--lengths: it belongs to one array, but --input names several files. Give one.");
    }

    /// <summary>Whether an input is a single picture or text, whose name the user has just typed.</summary>
    /// <param name="input">A value of <c>--input</c>.</param>
    public bool IsOneFile(string input) => input != ArrayInput.StandardInput && !Directory.Exists(input)
        && !(TextInput.Takes(spec.Model) ? TextTable.IsTable(input) : input.EndsWith(".txt", StringComparison.OrdinalIgnoreCase));

    private IEnumerable<NamedSample> Of(string input)
    {
        if (input == ArrayInput.StandardInput)
        {
            return OfStandardInput();
        }

        return Directory.Exists(input) ? OfFolder(input) : Path.GetExtension(input).ToLowerInvariant() switch
        {
            _ when PictureFolder.IsPicture(input) => [Picture(input, data: null)],
            ".csv" or ".tsv" => Table(input),
            ".txt" => Listed(InputFile.Read(input, stream => new StreamReader(stream).ReadToEnd()), input),
            _ => Rows(SampleFiles.Read(spec.Model, input, labels: null, lengths: null)),
        };
    }

    private IEnumerable<NamedSample> OfFolder(string folder)
    {
        string[] pictures = [.. PictureFolder.PicturesIn(folder)];
        return pictures.Length > 0
            ? pictures.Select(file => Picture(Path.Combine(folder, file), data: null))
            : throw new BadInputException($"{folder}: the folder holds no pictures. Give a folder with PNG, JPEG, BMP, GIF or WebP files.");
    }

    private IEnumerable<NamedSample> OfStandardInput()
    {
        byte[] bytes = ArrayInput.ReadAll();
        ReadOnlySpan<byte> start = bytes.AsSpan(0, Math.Min(Sniffed, bytes.Length));
        if (PictureDecoder.HasSignature(start))
        {
            return [Picture(StandardInputName, bytes)];
        }

        return NpyFile.HasMagic(start) || start.Contains((byte)0)
            ? Rows(SampleFiles.Read(spec.Model, bytes))
            : Listed(Encoding.UTF8.GetString(bytes), StandardInputName);
    }

    /// <summary>One path in each line.</summary>
    private IEnumerable<NamedSample> Listed(string text, string name)
    {
        string[] paths = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return paths.Length > 0
            ? paths.Select(path => Picture(path, data: null))
            : throw new BadInputException($"{name}: it is empty. Give arrays, a picture, or the paths of pictures, one in each line.");
    }

    private NamedSample Picture(string name, byte[]? data) => spec.Model.Input is ImageInputSpec { Channels: 1 or 3 }
        ? new NamedSample(ModelPictures.Values(model, name, data), default, name)
        : throw new BadInputException($"{name}: a picture cannot be the input of {spec.Name}, which is [{string.Join(", ", spec.Model.InputShape())}]. Give an array.");

    private static bool IsArray(string input) => Path.GetExtension(input).Equals(".npy", StringComparison.OrdinalIgnoreCase);

    private NamedSample Encoded(TextDocument document, string name)
    {
        (_, float[] values, int[] lengths) = ModelTexts.Encode(model, document);
        return new NamedSample(values, lengths, name);
    }

    private IEnumerable<NamedSample> Table(string path)
    {
        CsvTable table = CsvTable.ReadInputs(path, (spec.Data as CsvDataSpec)?.Label);
        int length = spec.Model.InputLength();
        if (table.Columns.Count != length)
        {
            throw new BadInputException($"{path}: it has {table.Columns.Count} columns of numbers, but the model takes {length}. Give the columns that it was trained on, in their order.");
        }

        return Enumerable.Range(0, table.Values.Length / length).Select(row => new NamedSample(table.Values.AsMemory(row * length, length), default, Name: null));
    }

    private static IEnumerable<NamedSample> Rows(SampleBatch batch)
    {
        int length = batch.Input.Length / batch.Samples;
        int perSample = (batch.Lengths?.Length ?? 0) / batch.Samples;
        return Enumerable.Range(0, batch.Samples).Select(row => new NamedSample(
            batch.Input.AsMemory(row * length, length), batch.Lengths.AsMemory(row * perSample, perSample), Name: null));
    }
}
