using PatchMoE.Documents;

namespace PatchMoE.Tests.Texts;

/// <summary>Tables and folders of texts become training and test samples.</summary>
[TestFixture]
public sealed class TextDataTests
{
    private static readonly PatchMoESpec s_spec = SpecText.Read(SpecText.Of(
        input: """{ "kind": "text", "levels": ["paragraph", "sentence"], "maxSegments": [3, 2], "dimension": 32, "position": false }""",
        layers: $"{SpecText.Layer}, {SpecText.Layer}"));

    private readonly List<string> _said = [];
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _said.Clear();
        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("t.csv", "text,label\n\"One. Two,\nthree.\n\nFour \"\"five\"\".\",a\nSix.,b\n")]
    [TestCase("t.tsv", "text\tlabel\n\"One. Two,\nthree.\n\nFour \"\"five\"\".\"\ta\nSix.\tb\n")]
    [TestCase("t.jsonl", "{\"text\":\"One. Two,\\nthree.\\n\\nFour \\\"five\\\".\",\"label\":\"a\",\"more\":1}\n\n{\"label\":\"b\",\"text\":\"Six.\"}\n")]
    public void Tables_AreRead(string file, string content)
    {
        List<LabelledText> texts = Read(file, content, new TextDataSpec(file, null, 0));
        Assert.That(texts.Select(text => text.Label), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(texts.Select(text => text.Document.Sections.Single().Body), Is.EqualTo(new[] { "One. Two,\nthree.\n\nFour \"five\".", "Six." }));
    }

    /// <summary>Columns by number, with and without a header; a title.</summary>
    [TestCase("spam,Offer,Buy now.\nham,Lunch,At noon?\n", "2", "1", "0")]
    [TestCase("kind,subject,body\nspam,Offer,Buy now.\nham,Lunch,At noon?\n", "body", "subject", "kind")]
    public void Columns_AreChosen(string content, string text, string title, string label)
    {
        List<LabelledText> texts = Read("t.csv", content, new TextDataSpec("t.csv", null, 0) { Text = text, Title = title, Label = label });
        Assert.That(texts.Select(one => (one.Label, one.Document.Title, one.Document.Sections[0].Body)), Is.EqualTo(new[] { ("spam", "Offer", "Buy now."), ("ham", "Lunch", "At noon?") }));
    }

    /// <summary>Longer than the reader's first buffer.</summary>
    [Test]
    public void ACellMayBeLong()
    {
        string article = string.Concat(Enumerable.Repeat("A sentence, and another one. ", 5000));
        List<LabelledText> texts = Read("t.csv", $"text,label\n\"{article}\",a\nshort,b\n", new TextDataSpec("t.csv", null, 0));
        Assert.That(texts.Select(text => (text.Label, text.Document.Sections[0].Body.TrimEnd().Length)), Is.EqualTo(new[] { ("a", article.TrimEnd().Length), ("b", 5) }));
    }

    [TestCase("t.csv", "", "the table is empty")]
    [TestCase("t.csv", "body,kind\nx,a\n", "there is no column 'text'. Set data.text to a number from 0 to 1")]
    [TestCase("t.csv", "text,kind\nx,a\n", "there is no column 'label'. Set data.label to one of text, kind, or to a number from 0 to 1")]
    [TestCase("t.csv", "text,label\n\"a\nb\",x\none, two,x\n", "line 4 has 3 cells, but the first row has 2. Put a text that holds the delimiter into quotes")]
    [TestCase("t.csv", "text,label\nx\n", "line 2 has 1 cells, but the first row has 2")]
    [TestCase("t.csv", "text,label\nx, \n", "line 2 has no class")]
    [TestCase("t.jsonl", "{\"text\":\"x\",\"label\":\"a\"}\n{\"text\":\"x\"}\n", "line 2 has no field 'label' (it has text)")]
    [TestCase("t.jsonl", "{\"text\":[1],\"label\":\"a\"}\n", "line 1 holds array in the field 'text'")]
    [TestCase("t.jsonl", "[1]\n", "line 1 is array")]
    [TestCase("t.csv", "text,label\n\"One.\n\nTwo.\",a\n\n\"Three.,b\n", "line 6 is not valid CSV: a cell begins with a quote, but has none at its end")]
    [TestCase("t.jsonl", "{\"text\":\n", "line 1 is not valid JSON")]
    public void WhatIsWrong_IsSaidWithTheLine(string file, string content, string message) => Assert.That(
        () => Read(file, content, new TextDataSpec(file, null, 0)), Throws.TypeOf<BadInputException>().With.Message.Contains($"{file}: ").And.Message.Contains(message));

    [TestCase("t.csv")]
    [TestCase("t.jsonl")]
    [TestCase("t.txt")]
    public void BytesThatAreNotUtf8_AreNamed(string file)
    {
        string path = _folder.File(file);
        File.WriteAllBytes(path, [.. "text,label\na,"u8, 0xE9, .. "b\n"u8]);
        Assert.That(
            () => file == "t.txt" ? DocumentReader.Default.Read(path, TextFormat.Auto) : (object)new TextTable(path, new TextDataSpec(file, null, 0)).Read(DocumentReader.Default),
            Throws.TypeOf<BadInputException>().With.Message.EndsWith("Save the text as UTF-8; data of mails have the format 'mail'.").And.Message.Contains("line 2 is not UTF-8: the byte 0xE9")
                .Or.Message.EndsWith("line 2 is not UTF-8: the byte 0xE9 cannot stand there. Save the table as UTF-8."));
    }

    /// <summary>A sample is what the encoder makes of the text, without the zeros and back.</summary>
    [Test]
    public void Samples_AreTheEncodedTexts()
    {
        Write("t.csv", "text,label\n\"One two. Three.\n\nFour.\",a\n\"Five six.\",b\n\"\",a\n\"One. Two. Three.\n\nFour.\",b\n");
        LoadedData data = Load(new TextDataSpec("t.csv", null, 0));
        Assert.That(data.Train.Labels.ToArray(), Is.EqualTo(new[] { -1, 1, -1, 1 }));
        Assert.That(data.Train.Lengths.ToArray(), Is.EqualTo(new[] { 2, 1, 0, 1, 0, 0, 0, 0, 0, 2, 1, 0 }));
        var values = new float[s_spec.Model.InputLength()];
        var expected = new float[values.Length];
        string[] texts = ["One two. Three.\n\nFour.", "Five six."];
        for (int i = 0; i < texts.Length; i++)
        {
            data.Train.CopyInputs(i, 1, values);
            DocumentReader.Default.Encode(s_spec.Model, TextDocument.Of(texts[i]), expected, new int[3]);
            Assert.That(values, Is.EqualTo(expected).And.Some.Not.Zero);
        }

        Assert.That(_said, Has.Some.StartWith("1 of 4 texts have no words (the first: line 6)"));
        Assert.That(_said, Has.Some.StartWith("1 of 4 texts are longer than the input: 1 of 8 segments"));
        Assert.That(data.Metadata.Classes, Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void ANumberOfTrainingTexts_IsTaken()
    {
        Write("t.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"word{i}.,{(i % 4 == 0 ? "a" : "b")}\n")));
        LoadedData data = Load(new TextDataSpec("t.csv", null, 0.5) { Train = 20 });
        Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((20, 20)));
        Assert.That(data.Train.Labels.ToArray().Count(label => label < 0), Is.EqualTo(5), "in the proportions of the classes");
        Assert.That(data.Train.Names.Concat(data.Test.Names), Is.Unique);
        Assert.That(() => Load(new TextDataSpec("t.csv", null, 0.5) { Train = 40 }), Throws.TypeOf<BadInputException>().With.Message.StartsWith("data.train: 40 training texts leave none of the 40"));
    }

    [Test]
    public void OneClass_IsRefused()
    {
        Write("t.csv", "text,label\nx,a\ny,a\n");
        Assert.That(() => Load(new TextDataSpec("t.csv", null, 0)), Throws.TypeOf<BadInputException>().With.Message.Contains("it has 1 class (a), but the model distinguishes 2"));
    }

    [Test]
    public void Folders_AreClasses()
    {
        Write("texts/good/1.txt", "Fine work.");
        Write("texts/good/more/2.md", "# Title\n\nFine.\n\n## Part\n\nWork.");
        Write("texts/bad/1.txt", "Poor.");
        File.WriteAllBytes(_folder.File("texts/bad/2.txt"), [0xFF, 0x41]);
        LoadedData data = Load(new TextDataSpec("texts", null, 0));
        Assert.That(data.Train.Names, Is.EqualTo(new[] { "bad/1.txt", "good/1.txt", "good/more/2.md" }));
        Assert.That(_said, Has.Some.StartWith("1 of 4 files are no texts and are left out. The first: ").And.Some.Contains("2.txt: line 1 is not UTF-8"));
        Assert.That(
            () => TextData.Read(new TextDataSpec("texts", null, 0), s_spec.Model, Options() with { Strict = true }), Throws.TypeOf<BadInputException>().With.Message.Contains("2.txt: line 1"));
    }

    /// <summary>k sentences of the training texts stand in each text, as paragraphs of their own; the same seed puts the same ones at the same places.</summary>
    [Test]
    public void IrrelevantSentences_AreMixedIn()
    {
        List<LabelledText> texts = [.. Enumerable.Range(0, 30).Select(i => new LabelledText($"{i}", "a", TextDocument.Of($"Own text number{i} here.")))];
        List<LabelledText> source = [.. Enumerable.Range(0, 20).Select(i => new LabelledText($"{i}", "a", TextDocument.Of($"Other first{i}. Other second{i}.")))];
        List<LabelledText> Mix(ulong seed) => new TextMixer(DocumentReader.Default, source, 5, seed).Mix(texts, "test");
        List<LabelledText> mixed = Mix(1);
        foreach ((LabelledText text, LabelledText before) in mixed.Zip(texts))
        {
            string[] paragraphs = text.Document.Sections.Single().Body.Split("\n\n", StringSplitOptions.TrimEntries);
            Assert.That(paragraphs, Has.Length.EqualTo(6).And.One.EqualTo(before.Document.Sections[0].Body));
            Assert.That(paragraphs.Count(paragraph => paragraph.StartsWith("Other", StringComparison.Ordinal)), Is.EqualTo(5));
        }

        Assert.That(mixed.Select(text => text.Document.Sections[0].Body), Is.EqualTo(Mix(1).Select(text => text.Document.Sections[0].Body)).And.Not.EqualTo(Mix(2).Select(text => text.Document.Sections[0].Body)));
        Assert.That(mixed.Select(text => Array.FindIndex(text.Document.Sections[0].Body.Split("\n\n"), paragraph => paragraph.StartsWith("Own", StringComparison.Ordinal))).Distinct().Count(), Is.EqualTo(6), "at every place");
    }

    private List<LabelledText> Read(string file, string content, TextDataSpec spec)
    {
        Write(file, content);
        return new TextTable(_folder.File(file), spec).Read(DocumentReader.Default);
    }

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(file))!);
        File.WriteAllText(_folder.File(file), content);
    }

    private LoadOptions Options() => new() { Seed = 1, SpecFolder = _folder.Path, Texts = DocumentReader.Default, Report = _said.Add };

    private LoadedData Load(TextDataSpec spec) => TextData.Read(spec, s_spec.Model, Options());
}
