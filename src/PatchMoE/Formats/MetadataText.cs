using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PatchMoE.Formats;

/// <summary>Spec and <see cref="ModelMetadata"/> as text entries of a safetensors file; the keys begin with <c>patchmoe.</c>.</summary>
internal static class MetadataText
{
    private const string Prefix = "patchmoe.";
    private const string VersionKey = Prefix + "version";
    private const string SpecKey = Prefix + "spec";
    private const string ClassesKey = Prefix + "classes";
    private const string MeanKey = Prefix + "mean";
    private const string DeviationKey = Prefix + "deviation";
    private const string FitKey = Prefix + "fit";

    // Names stay readable in any language; the text is not part of a web page.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The entries to write.</summary>
    public static IReadOnlyDictionary<string, string> Of(PatchMoESpec spec, ModelMetadata metadata)
    {
        var entries = new Dictionary<string, string>
        {
            [VersionKey] = typeof(MetadataText).Assembly.GetName().Version!.ToString(3),
            [SpecKey] = SpecWriter.ModelToJson(spec),
            [FitKey] = SpecWords.Of(metadata.Fit),
        };
        if (metadata.Classes.Count > 0)
        {
            entries[ClassesKey] = Array(metadata.Classes, (json, name) => json.WriteStringValue(name));
        }

        if (metadata.Normalization is { } normalization)
        {
            entries[MeanKey] = Array(normalization.Mean, (json, value) => json.WriteNumberValue(value));
            entries[DeviationKey] = Array(normalization.Deviation, (json, value) => json.WriteNumberValue(value));
        }

        return entries;
    }

    /// <summary>The metadata in the entries of a file; <see cref="ModelMetadata.None"/> if it holds none.</summary>
    /// <exception cref="BadInputException">An entry is damaged, or does not fit the model.</exception>
    public static ModelMetadata Read(string path, IReadOnlyDictionary<string, string> entries, ModelSpec model)
    {
        EquatableArray<string> classes = Values(path, entries, ClassesKey, element => element.GetString() ?? throw new FormatException());
        EquatableArray<float> mean = Values(path, entries, MeanKey, element => element.GetSingle());
        EquatableArray<float> deviation = Values(path, entries, DeviationKey, element => element.GetSingle());
        if (classes.Count > 0 && classes.Count != ModelClasses.Count(model))
        {
            throw Error(path, ClassesKey, string.Create(CultureInfo.InvariantCulture, $"it names {classes.Count} classes, but the model has {ModelClasses.Count(model)}"));
        }

        ImageFit fit = entries.TryGetValue(FitKey, out string? word)
            ? SpecWords.Value<ImageFit>(word) ?? throw Error(path, FitKey, $"'{word}' is none of {string.Join(", ", SpecWords.All<ImageFit>())}")
            : default;
        return new ModelMetadata { Classes = classes, Normalization = Normalization(path, mean, deviation, model), Fit = fit };
    }

    /// <summary>The spec in the entries of a file; null if it holds none.</summary>
    /// <exception cref="BadInputException">It is damaged.</exception>
    public static PatchMoESpec? ReadSpec(string path, IReadOnlyDictionary<string, string> entries)
    {
        if (!entries.TryGetValue(SpecKey, out string? text))
        {
            return null;
        }

        SpecResult result = SpecReader.Read(text, path);
        return result.Spec ?? throw Error(path, SpecKey, result.Diagnostics[0].Message);
    }

    private static Normalization? Normalization(string path, EquatableArray<float> mean, EquatableArray<float> deviation, ModelSpec model)
    {
        if (mean.Count == 0 && deviation.Count == 0)
        {
            return null;
        }

        int channels = model.InputShape()[^1];
        if (mean.Count != channels && mean.Count != model.InputLength())
        {
            throw Error(path, MeanKey, string.Create(
                CultureInfo.InvariantCulture, $"it has {mean.Count} values, but a sample has {channels} on its last axis and {model.InputLength()} in all"));
        }

        try
        {
            return new Normalization(mean, deviation);
        }
        catch (ArgumentException exception)
        {
            throw Error(path, DeviationKey, exception.Message, exception);
        }
    }

    private static EquatableArray<T> Values<T>(string path, IReadOnlyDictionary<string, string> entries, string key, Func<JsonElement, T> read)
        where T : IEquatable<T>
    {
        if (!entries.TryGetValue(key, out string? text))
        {
            return default;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.EnumerateArray().Select(read).ToEquatableArray();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Error(path, key, "it is no JSON array of its kind", exception);
        }
    }

    private static string Array<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_json))
        {
            json.WriteStartArray();
            foreach (T item in items)
            {
                write(json, item);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static BadInputException Error(string path, string key, string reason, Exception? cause = null) =>
        new($"{path}: the metadata '{key}' is damaged: {reason.TrimEnd('.')}. Train again, or remove the entry.", cause);
}
