namespace PatchMoE.Tests;

/// <summary>Whatever the text is, reading it returns a spec or says why not.</summary>
[Category("Long")]
[TestFixture]
public sealed class HostileTextTests
{
    private static readonly string Valid = File.ReadAllText(Path.Combine(Repository.Root, "specs", "mnist-joint.json"));

    [Test]
    public void ATextCutAnywhere_IsNotJson()
    {
        string text = Valid.TrimEnd();
        for (int length = 0; length < text.Length; length++)
        {
            SpecResult result = SpecReader.Read(text[..length], "a.json");
            Assert.That(result.Diagnostics.Single().Rule, Is.EqualTo(DiagnosticRules.InvalidJson), $"cut after {length}");
        }
    }

    [Test]
    public void ATextWithBytesChangedAnywhere_GivesAResult()
    {
        var random = new Random(20230704);
        for (int trial = 0; trial < 6000; trial++)
        {
            char[] text = Valid.ToCharArray();
            for (int flip = random.Next(1, 4); flip > 0; flip--)
            {
                int at = random.Next(text.Length);
                text[at] = (char)(text[at] ^ (1 << random.Next(16)));
            }

            AssertResult(new string(text));
        }
    }

    [Test]
    public void ATextWithValuesExchanged_GivesAResult()
    {
        string[] values = ["0", "-1", "2147483647", "1e999", "0.5", "\"\"", "\"dense\"", "true", "null", "[]", "{}", "[[1]]", "{\"kind\":1}"];
        var random = new Random(1);
        string[] parts = System.Text.RegularExpressions.Regex.Split(Valid, "(?<=[:,\\[] *)(\"?[A-Za-z0-9.]+\"?)(?= *[,\\]}])");
        for (int trial = 0; trial < 5000; trial++)
        {
            string[] changed = [.. parts.Select((part, i) => i % 2 == 1 && random.Next(8) == 0 ? values[random.Next(values.Length)] : part)];
            AssertResult(string.Concat(changed));
        }
    }

    /// <summary>A text of empty layers has a mistake every three bytes, each with a message of a hundred.</summary>
    [Test]
    public void ManyMistakes_AreCounted_ButNotAllKept()
    {
        string text = $"{{\"model\":{{\"layers\":[{string.Join(',', Enumerable.Repeat("{}", 100_000))}]}}}}";
        SpecResult result = SpecReader.Read(text, "a.json");
        Assert.That(result.Spec, Is.Null);
        Assert.That(result.Diagnostics.Count, Is.EqualTo(100));
        Assert.That(result.Omitted, Is.GreaterThan(100_000));
    }

    [TestCase("[")]
    [TestCase("{\"a\":")]
    [TestCase("[{\"a\":[")]
    public void DeepNesting_IsRefused(string opening)
    {
        string text = string.Concat(Enumerable.Repeat(opening, 1_000_000));
        SpecDiagnostic diagnostic = SpecReader.Read(text, "a.json").Diagnostics.Single();
        Assert.That(diagnostic.Arguments[0], Is.EqualTo("at most 64 objects and arrays inside each other"));
    }

    [TestCase(64, "WrongType")]
    [TestCase(65, "InvalidJson")]
    public void DepthLimit_Is64(int depth, string rule)
    {
        string text = new string('[', depth) + new string(']', depth);
        Assert.That(
            SpecReader.Read(text, "a.json").Diagnostics.Single().Rule,
            Is.EqualTo(rule == "WrongType" ? DiagnosticRules.WrongType : DiagnosticRules.InvalidJson));
    }

    [TestCase("", "a value", "the end of the text")]
    [TestCase("\0", "a value", "'\\u0000'")]
    [TestCase("{} {}", "the end of the text", "'{'")]
    [TestCase("tru", "a value", "'t'")]
    [TestCase("nulL", "a value", "'n'")]
    [TestCase("01", "the end of the text", "'1'")]
    [TestCase("-", "a digit", "the end of the text")]
    [TestCase("+1", "a value", "'+'")]
    [TestCase("1.", "a digit", "the end of the text")]
    [TestCase(".5", "a value", "'.'")]
    [TestCase("1e+", "a digit", "the end of the text")]
    [TestCase("NaN", "a value", "'N'")]
    [TestCase("'a'", "a value", "'''")]
    [TestCase("[1,]", "a value", "']'")]
    [TestCase("[1 2]", "',' or ']'", "'2'")]
    [TestCase("{,}", "a field name or '}'", "','")]
    [TestCase("{\"a\" 1}", "':'", "'1'")]
    [TestCase("{\"a\":1,}", "a field name", "'}'")]
    [TestCase("{\"a\":1 \"b\":2}", "',' or '}'", "'\"'")]
    [TestCase("/* a */ {}", "a value", "'/'")]
    [TestCase("\"a\nb\"", "'\"' or a character of the text", "'\\u000A'")]
    [TestCase("\"\u0001\"", "'\"' or a character of the text", "'\\u0001'")]
    [TestCase("\"\\x\"", "one of \" \\ / b f n r t u after '\\'", "'x'")]
    [TestCase("\"\\u12G4\"", "four hexadecimal digits", "'1'")]
    [TestCase("\"\\u+123\"", "four hexadecimal digits", "'+'")]
    [TestCase("\"\\uD800\"", "a whole Unicode character", "'\\'")]
    [TestCase("\"\\uD800\\u0041\"", "a whole Unicode character", "'\\'")]
    [TestCase("\"\\uDC00\"", "a whole Unicode character", "'\\'")]
    [TestCase("\u00A0{}", "a value", "'\u00A0'")]
    public void WhatIsNotJson_SaysWhatWasExpectedAndFound(string text, string expected, string found)
    {
        SpecDiagnostic diagnostic = SpecReader.Read(text, "a.json").Diagnostics.Single();
        Assert.That((diagnostic.Rule, diagnostic.Arguments[0], diagnostic.Arguments[1]), Is.EqualTo((DiagnosticRules.InvalidJson, expected, found)));
    }

    /// <summary>Built here: attributes cannot contain half a surrogate pair.</summary>
    [Test]
    public void HalfOfASurrogatePair_IsNotJson([Values(0xD800, 0xDC00)] int half)
    {
        SpecDiagnostic diagnostic = SpecReader.Read($"\"{(char)half}\"", "a.json").Diagnostics.Single();
        Assert.That(diagnostic.Arguments[1], Is.EqualTo($"'\\u{half:X4}'"));
    }

    [Test]
    public void LineEnds_AreCountedAsEditorsDo()
    {
        SpecDiagnostic diagnostic = SpecReader.Read("{\r\n\r\n\"a\":\r1,\n \"b\" 2}", "a.json").Diagnostics.Single();
        Assert.That((diagnostic.Span.Line, diagnostic.Span.Column), Is.EqualTo((4, 5)));
    }

    [Test]
    public void LongAndUnprintableTexts_AreCutAndEscapedInMessages()
    {
        string json = SpecText.Of(loss: $"\"\\u001B[31m{new string('x', 100_000)}\"");
        string message = SpecReader.Read(json, "a.json").Diagnostics.Single().Message;
        Assert.That(message, Does.Contain("\\u001B[31mxxx").And.Not.Contain('\u001B').And.Length.LessThan(300));
    }

    [Test]
    public void LongNumbers_AreRead()
    {
        string digits = new('9', 100_000);
        SpecDiagnostic diagnostic = SpecReader.Read(SpecText.Of(layers: $$"""{ "experts": {{digits}}, "patchesPerExpert": 2, "neuronsPerExpert": 20 }"""), "a.json")
            .Diagnostics.Single();
        Assert.That(diagnostic.Rule, Is.EqualTo(DiagnosticRules.OutOfRange));
    }

    [TestCase("")]
    [TestCase("\0|<>*?")]
    [TestCase("C:\\specs\\..")]
    [TestCase("/")]
    public void AnyFileName_GivesAResult(string file) => Assert.That(SpecReader.Read(SpecText.Of(), file).Diagnostics.Single().Rule, Is.EqualTo(DiagnosticRules.BadName));

    private static void AssertResult(string json)
    {
        SpecResult result = SpecReader.Read(json, "a.json");
        bool hasErrors = result.Diagnostics.Any(diagnostic => diagnostic.Rule.Level == DiagnosticLevel.Error);
        Assert.That(result.Spec is null, Is.EqualTo(hasErrors), json);
        Assert.That(result.Diagnostics.Select(diagnostic => diagnostic.Message), Has.None.Null.And.None.Empty, json);
        if (result.Spec is { } spec)
        {
            // What is accepted is small enough to be counted in int.
            Assert.That(checked(spec.Model.InputLength() + ModelParameters.BufferLength(spec.Model.Parameters())), Is.Positive, json);
        }
    }
}
