namespace PatchMoE.Tests;

[TestFixture]
public sealed class TextInputRuleTests
{
    private const string Trained = """{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "trained", "vocabulary": 1000 }""";
    private const string TwoLayers = SpecText.Layer + ", " + SpecText.Layer;

    [TestCase("gpt5")]
    [TestCase("words.txt")]
    [TestCase("")]
    public void UnknownEncoding_Reports(string encoding) => Diagnose.Reports(
        DiagnosticRules.UnknownEncoding, "model.input.encoding",
        $"The encoding '{encoding}' is neither 'cl100k_base' nor a file of ranks (.tiktoken) or of a vocabulary (.json). Use 'cl100k_base', or the path of such a file.",
        Input($$"""{ "kind": "text", "maxSegments": 32, "dimension": 64, "tokens": "bpe", "encoding": §"{{encoding}}" }"""));

    [TestCase("")]
    [TestCase(", \"encoding\": \"cl100k_base\"")]
    [TestCase(", \"encoding\": \"my/own.tiktoken\"")]
    [TestCase(", \"encoding\": \"vocab.json\"")]
    public void UnknownEncoding_DoesNotReport(string encoding) => Diagnose.DoesNotReport(
        DiagnosticRules.UnknownEncoding, Input($$"""{ "kind": "text", "maxSegments": 32, "dimension": 64, "tokens": "bpe"{{encoding}} }"""));

    [TestCase("""["sentence", §"paragraph"]""", "paragraph", "sentence")]
    [TestCase("""["sentence", §"sentence"]""", "sentence", "sentence")]
    public void LevelsOutOfOrder_Reports(string levels, string unit, string before) => Diagnose.Reports(
        DiagnosticRules.LevelsOutOfOrder, "model.input.levels[1]",
        $"The level '{unit}' comes after '{before}', but each level lies within the one before it: 'document', 'section', 'paragraph', 'sentence', 'ngram', each at most once. Name the larger units first.",
        Input($$"""{ "kind": "text", "levels": {{levels}}, "maxSegments": 32, "dimension": 64 }""", TwoLayers));

    [TestCase("""["paragraph", "sentence"]""", TwoLayers)]
    [TestCase("""["section", "ngram"]""", TwoLayers)]
    [TestCase("""["document", "paragraph", "sentence"]""", TwoLayers + ", " + SpecText.Dense)]
    public void LevelsOutOfOrder_DoesNotReport(string levels, string layers) => Diagnose.DoesNotReport(
        DiagnosticRules.LevelsOutOfOrder, Input($$"""{ "kind": "text", "levels": {{levels}}, "maxSegments": 32, "length": 3, "dimension": 64 }""", layers));

    [Test]
    public void OneDocument_Reports() => Diagnose.Reports(
        DiagnosticRules.OneDocument, "model.input.maxSegments[0]",
        "The level 'document' has 1 segment, the text itself, not 4. Write 1.",
        Input("""{ "kind": "text", "levels": ["document", "sentence"], "maxSegments": [§4, 32], "dimension": 64 }""", $"{SpecText.Layer}, {SpecText.Dense}"));

    [TestCase("[1, 32]")]
    [TestCase("32")]
    public void OneDocument_DoesNotReport(string most) => Diagnose.DoesNotReport(
        DiagnosticRules.OneDocument,
        Input($$"""{ "kind": "text", "levels": ["document", "sentence"], "maxSegments": {{most}}, "dimension": 64 }""", $"{SpecText.Layer}, {SpecText.Dense}"));

    [TestCase("csv", "\"file\": \"t.csv\", \"label\": \"kind\"")]
    [TestCase("folder", "\"path\": \"photos\"")]
    public void GivenNeedsArrays_Reports(string kind, string fields) => Diagnose.Reports(
        DiagnosticRules.GivenNeedsArrays, "data.kind",
        $"The embedding 'given' takes the vectors of segments from the data, but data of kind '{kind}' do not hold them. Use data of kind 'arrays', or the embedding 'hashed'.",
        SpecText.Of(
            input: """{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "given" }""",
            data: $$"""{ "kind": §"{{kind}}", {{fields}} }"""));

    [Test]
    public void GivenNeedsArrays_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.GivenNeedsArrays,
        SpecText.Of(
            input: """{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "given" }""",
            data: """{ "kind": "arrays", "trainInput": "a.npy", "trainLabels": "b.npy", "testInput": "c.npy", "testLabels": "d.npy" }"""));

    [TestCase("csv", "\"file\": \"t.csv\", \"label\": \"kind\"")]
    [TestCase("arrays", "\"trainInput\": \"a.npy\", \"trainLabels\": \"b.npy\", \"testInput\": \"c.npy\", \"testLabels\": \"d.npy\"")]
    public void TrainedNeedsTexts_Reports(string kind, string fields) => Diagnose.Reports(
        DiagnosticRules.TrainedNeedsTexts, "data.kind",
        $"The embedding 'trained' learns the vectors of tokens from texts, but data of kind '{kind}' hold none. Use data of kind 'texts', or the embedding 'given'.",
        SpecText.Of(input: Trained, data: $$"""{ "kind": §"{{kind}}", {{fields}} }"""));

    [Test]
    public void TrainedNeedsTexts_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.TrainedNeedsTexts, SpecText.Of(input: Trained, data: """{ "kind": "texts", "path": "t.csv" }"""));

    [Test]
    public void SeparateWithTrainedVectors_Reports() => Diagnose.Reports(
        DiagnosticRules.SeparateWithTrainedVectors, "training.method",
        "The method 'separate' trains the routers first, on the vectors of segments, but with the embedding 'trained' these are still random then. Use the method 'joint', or the embedding 'hashed'.",
        SpecText.Of(input: Trained, training: """{ "method": §"separate" }"""));

    [TestCase(Trained, "joint", SpecText.Gated)]
    [TestCase(SpecText.Sentences, "separate", SpecText.Layer)]
    public void SeparateWithTrainedVectors_DoesNotReport(string input, string method, string layer) => Diagnose.DoesNotReport(
        DiagnosticRules.SeparateWithTrainedVectors, SpecText.Of(input: input, layers: layer, training: $$"""{ "method": "{{method}}" }"""));

    [TestCase(0)]
    [TestCase(-5)]
    public void Vocabulary_IsPositive(int vocabulary) => Diagnose.Reports(
        DiagnosticRules.OutOfRange, "model.input.vocabulary", $"{vocabulary} is out of range; the field takes 1 or more. Use a value in this range, for example 1.",
        Input($$"""{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "trained", "vocabulary": §{{vocabulary}} }"""));

    [Test]
    public void Vocabulary_IsRequired() => Diagnose.Reports(
        DiagnosticRules.MissingField, "model.input", "The field 'vocabulary' is missing. Add it: the number of rows of the table of tokens.",
        Input("""§{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "trained" }"""));

    [Test]
    public void TablesTooLarge_AreReported() => Diagnose.Reports(
        DiagnosticRules.TooLarge, "model.input",
        "The tensor 'embedding.weight' would hold 1280000000 values; the limit is 1073741824. Use a smaller vocabulary or dimension.",
        Input("""§{ "kind": "text", "maxSegments": 32, "dimension": 64, "embedding": "trained", "vocabulary": 20000000 }"""));

    [TestCase("\"vocabulary\": 100", "vocabulary", "the embedding 'hashed'", "the embedding 'trained'")]
    [TestCase("\"embedding\": \"given\", §\"vocabulary\": 100", "vocabulary", "the embedding 'given'", "the embedding 'trained'")]
    [TestCase("\"length\": 3", "length", "segments of the kind 'sentence'", "the kind 'ngram'")]
    [TestCase("\"step\": 3", "step", "segments of the kind 'sentence'", "the kind 'ngram'")]
    [TestCase("\"embedding\": \"given\", §\"position\": true", "position", "the embedding 'given'", "the embedding 'hashed' or 'trained'")]
    [TestCase("\"embedding\": \"given\", §\"tokens\": \"words\"", "tokens", "the embedding 'given'", "the embedding 'hashed' or 'trained'")]
    [TestCase("\"encoding\": \"cl100k_base\"", "encoding", "the tokens 'words'", "the tokens 'bpe'")]
    [TestCase("\"levels\": [\"sentence\"], §\"segment\": \"paragraph\"", "segment", "the field 'levels'", "it without 'levels'")]
    public void FieldsWithoutEffect_AreReported(string fields, string field, string cause, string remedy) => Diagnose.Reports(
        DiagnosticRules.FieldWithoutEffect, $"model.input.{field}",
        $"The field '{field}' has no effect with {cause}. Remove it, or use {remedy}.",
        Input($$"""{ "kind": "text", "maxSegments": 32, "dimension": 64, {{(fields.Contains('§', StringComparison.Ordinal) ? fields : "§" + fields)}} }"""));

    [TestCase("""§[]""", "1 to 3 units", 0)]
    [TestCase("""§["document", "section", "paragraph", "sentence"]""", "1 to 3 units", 4)]
    public void LevelCount_IsLimited(string levels, string expected, int found) => Diagnose.Reports(
        DiagnosticRules.WrongCount, "model.input.levels", $"The array must have {expected}, but it has {found}. Write {expected}.",
        Input($$"""{ "kind": "text", "levels": {{levels}}, "maxSegments": 32, "dimension": 64 }"""));

    [Test]
    public void MaximumSegments_AreOneForEachLevel() => Diagnose.Reports(
        DiagnosticRules.WrongCount, "model.input.maxSegments", "The array must have 2 values, one for each level, but it has 3. Write 2 values, one for each level.",
        Input("""{ "kind": "text", "levels": ["paragraph", "sentence"], "maxSegments": §[1, 2, 3], "dimension": 64 }""", TwoLayers));

    [Test]
    public void Layers_AreOneForEachLevel() => Diagnose.Reports(
        DiagnosticRules.LayersDoNotMatchGroups, "model.layers",
        "The number of layers is 1, but it must be 2, one for each level of the text. Write one layer per level, or change 'levels'.",
        Input("""{ "kind": "text", "levels": ["paragraph", "sentence"], "maxSegments": 32, "dimension": 64 }""").Replace("\"layers\": [", "\"layers\": §[", StringComparison.Ordinal));

    [Test]
    public void DataOfVectors_DoNotFit() => Diagnose.Reports(
        DiagnosticRules.DataNeedVectors, "data.kind",
        "Samples of kind 'synthetic' are vectors on a single level, but the model's input is text. Use an input of kind 'vectors' without 'groups'.",
        SpecText.Of(input: SpecText.Sentences, data: """{ "kind": §"synthetic" }"""));

    private static string Input(string input, string layers = SpecText.Layer) => SpecText.Of(input: input, layers: layers);
}
