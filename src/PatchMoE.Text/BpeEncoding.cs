using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using PatchMoE.Formats;

namespace PatchMoE.Text;

/// <summary>
/// A byte-pair encoding (Sennrich et al., Neural Machine Translation of Rare Words with Subword Units, ACL 2016) on bytes: every text has tokens, whatever its script. One object for each
/// encoding; safe for use from several threads.
/// </summary>
internal sealed class BpeEncoding
{
    // With the special tokens, such as <|endoftext|>, which a text may contain.
    private const int Cl100kCount = 100_277;

    private static readonly ConcurrentDictionary<string, Lazy<BpeEncoding>> s_encodings = new(StringComparer.Ordinal);

    private readonly Tokenizer _tokenizer;

    private BpeEncoding(Tokenizer tokenizer, int count) => (_tokenizer, Count) = (tokenizer, count);

    /// <summary>Its ids are below this number.</summary>
    public int Count { get; }

    /// <summary>The encoding of a spec.</summary>
    /// <param name="name"><see cref="TextSpec.Encoding"/>.</param>
    /// <exception cref="BadInputException">Its file cannot be found or read, or is none of an encoding.</exception>
    public static BpeEncoding Of(string name) => s_encodings.GetOrAdd(name, _ => new Lazy<BpeEncoding>(() => Load(name), LazyThreadSafetyMode.PublicationOnly)).Value;

    /// <summary>The tokens of a piece of a text.</summary>
    /// <param name="text">The piece, as it is: case, punctuation and white space count.</param>
    /// <returns>Their ids; none where the encoding has no token for any part of the piece.</returns>
    public IReadOnlyList<int> Encode(ReadOnlySpan<char> text) => _tokenizer.EncodeToIds(text);

    private static BpeEncoding Load(string name)
    {
        if (name == TextSpec.Cl100k)
        {
            return new BpeEncoding(TiktokenTokenizer.CreateForEncoding(TextSpec.Cl100k), Cl100kCount);
        }

        string path = Find(name);
        return path.EndsWith(".tiktoken", StringComparison.OrdinalIgnoreCase) ? OfRanks(path) : OfVocabulary(path);
    }

    /// <summary>The file where the spec has it, or else the file of that name in the current folder or the program's own.</summary>
    private static string Find(string path)
    {
        string name = Path.GetFileName(path.Replace('\\', '/'));
        string[] places = [Path.GetFullPath(path), Path.GetFullPath(name), Path.Combine(AppContext.BaseDirectory, name)];
        return Array.Find(places, File.Exists)
            ?? throw new BadInputException($"{path}: there is no such file, nor is there a {name} in the current folder or the program's own. Correct model.input.encoding, or put the file there.");
    }

    private static BpeEncoding OfRanks(string path) => Read(path, "ranks: on each line a token in Base64, a space, and its rank", () =>
    {
        int count = 0;
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            count = Math.Max(count, 1 + int.Parse(line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture));
        }

        // The words that no token crosses are those of cl100k_base.
        return new BpeEncoding(TiktokenTokenizer.Create(path, new RegexPreTokenizer(BpeWords.Pattern(), specialTokens: null), normalizer: null), count);
    });

    private static BpeEncoding OfVocabulary(string path)
    {
        string merges = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "merges.txt");
        if (!File.Exists(merges))
        {
            throw new BadInputException($"{path}: a vocabulary needs its merges, but there is no {merges}. Put them there, or use a file of ranks (.tiktoken).");
        }

        return Read(path, "vocabulary: an object with the id of each token, as GPT-2 has it, with its merges.txt", () =>
        {
            var options = new BpeOptions(path, merges) { ByteLevel = true, PreTokenizer = RobertaPreTokenizer.Instance };
            using JsonDocument vocabulary = JsonDocument.Parse(File.ReadAllBytes(path));
            return new BpeEncoding(BpeTokenizer.Create(options), 1 + vocabulary.RootElement.EnumerateObject().Select(token => token.Value.GetInt32()).DefaultIfEmpty(-1).Max());
        });
    }

    private static BpeEncoding Read(string path, string content, Func<BpeEncoding> read)
    {
        try
        {
            BpeEncoding encoding = read();
            return encoding.Count > 0 ? encoding : throw new FormatException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read ({IoReason.Of(e)}). Check the file and its permissions.", e);
        }
        catch (Exception e) when (e is FormatException or JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException or OverflowException or NullReferenceException)
        {
            throw new BadInputException($"{path}: this is no file of {content} ({e.Message.TrimEnd('.')}). Correct model.input.encoding, or the file.", e);
        }
    }
}
