namespace PatchMoE.Tests;

[TestFixture]
public sealed class FormRuleTests
{
    [Test]
    public void InvalidJson_Reports() => Diagnose.Reports(
        DiagnosticRules.InvalidJson, "",
        "The text is not valid JSON: expected ',' or '}', found '\"'. Fix the JSON here; JSON allows neither comments nor trailing commas.",
        "{\n  \"name\": \"a\"\n  §\"model\": {}\n}");

    [Test]
    public void InvalidJson_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.InvalidJson, "\uFEFF \t\r\n" + SpecText.Of() + "\n\n");

    [Test]
    public void UnknownField_Reports() => Diagnose.Reports(
        DiagnosticRules.UnknownField, "model.layers[0].gaet",
        "Unknown field 'gaet'; the fields allowed here are 'routing', 'experts', 'neuronsPerExpert', 'bias', 'patchesPerExpert', 'gate', 'pooling' and 'output'. "
        + "Use 'gate', or remove it.",
        SpecText.Of(layers: """{ "experts": 2, §"gaet": "none", "patchesPerExpert": 2, "neuronsPerExpert": 20 }"""));

    [Test]
    public void UnknownField_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.UnknownField, SpecText.Of(layers: SpecText.Gated));

    /// <summary>A misspelt field is not also reported as missing.</summary>
    [TestCase("learning_rate", "'learningRate'", "optimizer")]
    [TestCase("LearningRate", "'learningRate'", "optimizer")]
    [TestCase("zzz", "one of these", "optimizer")]
    [TestCase("facto", "'factor'", "schedule")]
    [TestCase("expert", "'experts'", "init")]
    public void UnknownField_SuggestsTheNearest(string field, string suggestion, string section)
    {
        string json = SpecText.Of(layers: SpecText.Gated, training: $$"""{ "{{section}}": { "{{field}}": 1 } }""");
        SpecDiagnostic diagnostic = SpecReader.Read(json, "a.json").Diagnostics.Single();
        Assert.That(diagnostic.Message, Does.EndWith($"Use {suggestion}, or remove it."));
    }

    [Test]
    public void UnknownField_TakesThePlaceOfTheMissingOneItMeans()
    {
        SpecResult result = SpecReader.Read(SpecText.Of(layers: """{ "experts": 2, "patches": 2, "neurons": 20 }"""), "a.json");
        Assert.That(result.Diagnostics.Select(diagnostic => diagnostic.Rule.Id), Is.EqualTo(new[] { "PMOE002", "PMOE002" }));
    }

    [TestCase("\"28\"", "the text '28'")]
    [TestCase("2.5", "the number 2.5")]
    [TestCase("true", "true")]
    [TestCase("null", "null")]
    [TestCase("[1]", "an array")]
    [TestCase("{}", "an object")]
    public void WrongType_Reports(string value, string found) => Diagnose.Reports(
        DiagnosticRules.WrongType, "model.input.patches",
        $"Expected a whole number, found {found}. Write a whole number, for example 1.",
        SpecText.Of(input: $$"""{ "kind": "vectors", "patches": §{{value}}, "dimension": 64 }"""));

    [TestCase("""{ "kind": "vectors", "patches": 16.0, "dimension": 6.4e1 }""")]
    [TestCase("""{ "kind": "image", "height": 112, "width": 112, "patch": 28, "stride": [28, 14] }""")]
    public void WrongType_DoesNotReport(string input) => Diagnose.DoesNotReport(DiagnosticRules.WrongType, SpecText.Of(input: input));

    [TestCase("[]", "an object", "")]
    [TestCase("7", "an object", "")]
    [TestCase("""{ "model": [] }""", "an object", "model")]
    [TestCase("""{ "model": { "input": 1, "layers": 2, "head": 3, "loss": 4 } }""", "an array of layers", "model.layers")]
    public void WrongType_OfASectionReports(string json, string expected, string path)
    {
        SpecResult result = SpecReader.Read(json, "a.json");
        Assert.That(
            result.Diagnostics.Where(diagnostic => diagnostic.Path == path).Select(diagnostic => (diagnostic.Rule, diagnostic.Arguments[0])),
            Is.EqualTo(new[] { (DiagnosticRules.WrongType, expected) }));
    }

    [Test]
    public void MissingField_Reports() => Diagnose.Reports(
        DiagnosticRules.MissingField, "model.layers[0]",
        "The field 'patchesPerExpert' is missing. Add it: the number of patches each expert takes.",
        SpecText.Of(layers: """§{ "experts": 2, "neuronsPerExpert": 20 }"""));

    [Test]
    public void MissingField_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.MissingField, SpecText.Of(training: "{}", data: """{ "kind": "synthetic" }""", layers: SpecText.Gated));

    [Test]
    public void MissingField_OfTheRootReports() => Diagnose.Reports(
        DiagnosticRules.MissingField, "",
        "The field 'model' is missing. Add it: the network, with 'input', 'layers', 'head' and 'loss'.",
        "§{ \"name\": \"a\" }");

    [Test]
    public void UnknownWord_Reports() => Diagnose.Reports(
        DiagnosticRules.UnknownWord, "model.loss",
        "'Logistic' is not a valid value here; the valid values are 'logistic' and 'softmaxCrossEntropy'. Use 'logistic'.",
        SpecText.Of(loss: "§\"Logistic\""));

    [Test]
    public void UnknownWord_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.UnknownWord, SpecText.Of(head: SpecText.Ten, loss: "\"softmax\\u0043rossEntropy\""));

    /// <summary>The fields of an unknown kind are unknown, too, and are not reported.</summary>
    [Test]
    public void UnknownWord_OfAKindReportsNothingElse() => Diagnose.Reports(
        DiagnosticRules.UnknownWord, "model.input.kind",
        "'sound' is not a valid value here; the valid values are 'image', 'vectors' and 'text'. Use one of these.",
        SpecText.Of(input: """{ "kind": §"sound", "seconds": 3 }"""));

    [Test]
    public void DuplicateField_Reports() => Diagnose.Reports(
        DiagnosticRules.DuplicateField, "model.head.kind",
        "The field 'kind' is already set on line 5. Keep one of the two.",
        SpecText.Of(head: """{ "kind": "fixed", §"kind": "fixed" }"""));

    [Test]
    public void DuplicateField_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.DuplicateField, SpecText.Of());

    [TestCase("")]
    [TestCase("-a")]
    [TestCase("ä")]
    [TestCase("a/b")]
    [TestCase("a b")]
    public void BadName_Reports(string name) => Diagnose.Reports(
        DiagnosticRules.BadName, "name",
        $"'{name}' is not a valid spec name: a name is a letter A to Z or a to z followed by such letters, digits, '-', '_' or '.', at most 100 characters in all. "
        + "Use a name such as 'mnist-joint', or leave 'name' out to use the name of the file or class.",
        SpecText.Of().Insert(1, $"\"name\": §\"{name}\","));

    [TestCase("a")]
    [TestCase("Z-9_.x")]
    public void BadName_DoesNotReport(string name) =>
        Diagnose.DoesNotReport(DiagnosticRules.BadName, SpecText.Of().Insert(1, $"\"name\": \"{name}\","));

    [Test]
    public void BadName_CountsTheLength()
    {
        string Named(int length) => SpecText.Of().Insert(1, $"\"name\": \"{new string('a', length)}\",");
        Assert.Multiple(() =>
        {
            Assert.That(SpecReader.Read(Named(100), "a.json").Spec?.Name, Has.Length.EqualTo(100));
            Assert.That(SpecReader.Read(Named(101), "a.json").Diagnostics.Single().Rule, Is.EqualTo(DiagnosticRules.BadName));
        });
    }

    [TestCase("[28]", 1)]
    [TestCase("[]", 0)]
    [TestCase("[28, 28, 28]", 3)]
    public void WrongCount_Reports(string patch, int count) => Diagnose.Reports(
        DiagnosticRules.WrongCount, "model.input.patch",
        $"The array must have 2 values, height and width, but it has {count}. Write 2 values, height and width.",
        SpecText.Of(input: $$"""{ "kind": "image", "height": 112, "width": 112, "patch": §{{patch}} }"""));

    [Test]
    public void WrongCount_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.WrongCount, SpecText.Of(input: """{ "kind": "image", "height": 112, "width": 112, "patch": [28, 28] }"""));

    [Test]
    public void WrongCount_OfNoIrrelevantClassReports() => Diagnose.Reports(
        DiagnosticRules.WrongCount, "data.irrelevant",
        "The array must have 1 class or more, but it has 0. Write 1 class or more.",
        SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "irrelevant": §[] }"""));

    [Test]
    public void EmptyText_Reports() => Diagnose.Reports(
        DiagnosticRules.EmptyText, "data.trainLabels",
        "The path is empty. Write the path of a .npy file, relative to the spec file.",
        SpecText.Of(data: """{ "kind": "arrays", "trainInput": "x", "trainLabels": §"", "testInput": "u", "testLabels": "v" }"""));

    [Test]
    public void EmptyText_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.EmptyText,
        SpecText.Of(data: """{ "kind": "arrays", "trainInput": "x", "trainLabels": "y", "testInput": "u", "testLabels": "v" }"""));
}
