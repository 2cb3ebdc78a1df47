using System.IO.Hashing;
using System.Text;
using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

/// <summary>Tokens by byte-pair encoding.</summary>
[TestFixture]
public sealed class BpeTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>Published examples of OpenAI's tiktoken.</summary>
    [TestCase("tiktoken is great!", new[] { 83, 1609, 5963, 374, 2294, 0 })]
    [TestCase("hello world", new[] { 15339, 1917 })]
    public void Cl100k_GivesTheTokensOfTiktoken(string text, int[] ids)
    {
        Assert.That(BpeEncoding.Of(TextSpec.Cl100k).Encode(text), Is.EqualTo(ids));
        Assert.That(BpeEncoding.Of(TextSpec.Cl100k).Count, Is.EqualTo(100_277));
    }

    [TestCase("Ein Satz, mit Umläuten.")]
    [TestCase("你好，世界。<|endoftext|>")]
    [TestCase("\U0001F600 \0 مرحبا")]
    public void Cl100k_HasTokensForEveryText(string text) => Assert.That(BpeEncoding.Of(TextSpec.Cl100k).Encode(text), Is.Not.Empty.And.All.InRange(0, 100_276));

    [Test]
    public void OwnRanks_AreRead()
    {
        BpeEncoding encoding = BpeEncoding.Of(Ranks("th", "the", " a", "an", " an"));
        Assert.That(encoding.Count, Is.EqualTo(261));
        Assert.That(encoding.Encode("the an"), Is.EqualTo(new[] { 257, 260 }));
        Assert.That(encoding.Encode("then"), Is.EqualTo(new[] { 257, (int)'n' }));
    }

    [Test]
    public void OwnVocabularies_AreReadWithTheirMerges()
    {
        File.WriteAllText(_folder.File("vocab.json"), """{ "a": 0, "b": 1, "c": 2, "ab": 3, "\u0120": 4, "\u0120ab": 5, "abc": 9 }""");
        File.WriteAllText(_folder.File("merges.txt"), "#version: 0.2\na b\n\u0120 ab\nab c\n");
        BpeEncoding encoding = BpeEncoding.Of(_folder.File("vocab.json"));
        Assert.That(encoding.Encode("abc ab"), Is.EqualTo(new[] { 9, 5 }));
        Assert.That(encoding.Count, Is.EqualTo(10));
    }

    [TestCase("e.tiktoken", "", "this is no file of ranks")]
    [TestCase("e.tiktoken", "dGhl\n", "this is no file of ranks")]
    [TestCase("e.tiktoken", "dGhl x\n", "this is no file of ranks")]
    [TestCase("e.json", "{ \"a\": 0", "this is no file of vocabulary")]
    [TestCase("e.json", "[1]", "this is no file of vocabulary")]
    [TestCase("e.json", "{}", "this is no file of vocabulary")]
    public void WrongFiles_AreNamed(string file, string content, string message)
    {
        File.WriteAllText(_folder.File(file), content);
        File.WriteAllText(_folder.File("merges.txt"), "a b\n");
        Assert.That(() => BpeEncoding.Of(_folder.File(file)), Throws.TypeOf<BadInputException>().With.Message.StartsWith(_folder.File(file)).And.Message.Contains(message));
    }

    [Test]
    public void MissingFiles_AreNamed()
    {
        Assert.That(() => BpeEncoding.Of(_folder.File("none.tiktoken")), Throws.TypeOf<BadInputException>().With.Message.Contains("there is no such file, nor is there a none.tiktoken in the current folder"));
        File.WriteAllText(_folder.File("v.json"), "{}");
        Assert.That(() => BpeEncoding.Of(_folder.File("v.json")), Throws.TypeOf<BadInputException>().With.Message.Contains("a vocabulary needs its merges, but there is no"));
    }

    /// <summary>The formula: a sign for each token and pair of tokens, from the hash of their ids.</summary>
    [Test]
    public void HashedVectors_AreOfTokensAndPairs()
    {
        TextSpec spec = Texts.Levels(TextUnit.Sentence) with { Tokens = TextTokens.Bpe, Encoding = TextSpec.Cl100k, Position = false };
        var encoder = new TextEncoder(Texts.Model(spec));
        (float[] values, int[] lengths) = (new float[encoder.InputLength], new int[1]);
        encoder.Encode(TextDocument.Of("tiktoken is great!"), values, lengths);
        int[] ids = [83, 1609, 5963, 374, 2294, 0];
        byte[] bytes = [.. ids.SelectMany(BitConverter.GetBytes)];
        IEnumerable<ulong> hashes = Enumerable.Range(0, 6).Select(i => XxHash3.HashToUInt64(bytes.AsSpan(4 * i, 4)))
            .Concat(Enumerable.Range(0, 5).Select(i => XxHash3.HashToUInt64(bytes.AsSpan(4 * i, 8))));
        var expected = new double[32];
        foreach (ulong hash in hashes)
        {
            expected[(int)(((hash >> 32) * 32) >> 32)] += hash % 2 == 0 ? 1 : -1;
        }

        double length = Math.Sqrt(expected.Sum(value => value * value));
        Assert.That(lengths, Is.EqualTo(new[] { 1 }));
        Assert.That(values[..32], Is.EqualTo(expected.Select(value => (float)(value / length))));
    }

    /// <summary>A table that is large enough has a row for each token; of a smaller one the hash of the id tells the row.</summary>
    [TestCase(261)]
    [TestCase(300)]
    [TestCase(260)]
    public void Rows_AreIdsWhereTheTableIsLargeEnough(int vocabulary)
    {
        TextSpec spec = Texts.Levels(TextUnit.Sentence) with
        {
            Embedding = TextEmbedding.Trained,
            Vocabulary = vocabulary,
            Tokens = TextTokens.Bpe,
            Encoding = Ranks("th", "the", " a", "an", " an"),
        };
        int[] rows = new TextEncoder(Texts.Model(spec)).Tokenize(TextDocument.Of("the an"), new int[1]).Tokens.Rows.ToArray();
        int Hashed(int id) => (int)(((XxHash3.HashToUInt64(BitConverter.GetBytes(id)) >> 32) * (ulong)vocabulary) >> 32);
        Assert.That(rows, Is.EqualTo(vocabulary >= 261 ? [257, 260] : new[] { Hashed(257), Hashed(260) }));
    }

    [Test]
    public void Threads_GiveTheSame()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => $"Number {i * 7919} is not {i * 104729}, dear reader {i}.")];
        int[][] alone = [.. texts.Select(text => BpeEncoding.Of(TextSpec.Cl100k).Encode(text).ToArray())];
        int[][] together = [.. texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(text => BpeEncoding.Of(TextSpec.Cl100k).Encode(text).ToArray())];
        Assert.That(together, Is.EqualTo(alone));
    }

    /// <summary>A file of ranks: the 256 bytes, then longer tokens.</summary>
    private string Ranks(params string[] tokens)
    {
        IEnumerable<byte[]> all = Enumerable.Range(0, 256).Select(value => new[] { (byte)value }).Concat(tokens.Select(Encoding.UTF8.GetBytes));
        File.WriteAllLines(_folder.File("own.tiktoken"), all.Select((token, rank) => $"{Convert.ToBase64String(token)} {rank}"));
        return _folder.File("own.tiktoken");
    }
}
