namespace PatchMoE.Tests;

[TestFixture]
public sealed class TrainingRuleTests
{
    private const string Separate = """{ "method": "separate" }""";
    private const string MarkedSeparate = """{ "method": §"separate" }""";

    [TestCase(SpecText.Vectors, """{ "experts": 1, "patchesPerExpert": 2, "neuronsPerExpert": 20 }""", "1 expert")]
    [TestCase(SpecText.Vectors, """{ "experts": 3, "patchesPerExpert": 2, "neuronsPerExpert": 20 }""", "3 experts")]
    [TestCase(SpecText.Vectors, """{ "routing": "sample", "experts": 2, "neuronsPerExpert": 20 }""", "the routing 'sample'")]
    [TestCase("""{ "kind": "vectors", "patches": 16, "dimension": 64, "groups": [3] }""", SpecText.Layer + "," + SpecText.Layer, "2 layers")]
    public void SeparateNeedsTwoExperts_Reports(string input, string layers, string instead) => Diagnose.Reports(
        DiagnosticRules.SeparateNeedsTwoExperts, "training.method",
        $"The method 'separate' trains the routers of one 'expertChoice' layer with 2 experts, but this network has {instead}. "
        + "Use such a layer, or the method 'joint'.",
        SpecText.Of(input, layers, training: MarkedSeparate));

    [Test]
    public void SeparateNeedsTwoExperts_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.SeparateNeedsTwoExperts, SpecText.Of(training: Separate));

    [Test]
    public void SeparateNeedsTwoClasses_Reports() => Diagnose.Reports(
        DiagnosticRules.SeparateNeedsTwoClasses, "training.method",
        "The method 'separate' works with 2 classes, but the head has 10 outputs. Use the loss 'logistic' or 2 outputs, or the method 'joint'.",
        SpecText.Of(head: SpecText.Ten, loss: SpecText.Softmax, training: MarkedSeparate));

    [Test]
    public void SeparateNeedsTwoClasses_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.SeparateNeedsTwoClasses,
        SpecText.Of(head: """{ "kind": "linear", "outputs": 2 }""", loss: SpecText.Softmax, training: Separate));

    [Test]
    public void SingleRoutesNoPatches_Reports() => Diagnose.Reports(
        DiagnosticRules.SingleRoutesNoPatches, "training.method",
        "The method 'single' is for networks without patch routing, but layer 0 has the routing 'expertChoice'. "
        + "Use the method 'joint' or 'separate', or the routing 'dense' or 'sample'.",
        SpecText.Of(training: """{ "method": §"single" }"""));

    [TestCase("dense")]
    [TestCase("sample")]
    public void SingleRoutesNoPatches_DoesNotReport(string routing) => Diagnose.DoesNotReport(
        DiagnosticRules.SingleRoutesNoPatches,
        SpecText.Of(layers: $$"""{ "routing": "{{routing}}", "experts": 2, "neuronsPerExpert": 5 }""", training: """{ "method": "single" }"""));

    /// <summary>The default method is checked, too; then the diagnostic points at the section.</summary>
    [TestCase("""{ "method": §"joint" }""")]
    [TestCase("""§{ "epochs": 3 }""")]
    public void RoutersNotTrained_Reports(string training) => Diagnose.Reports(
        DiagnosticRules.RoutersNotTrained, "training.method",
        "The gate 'none' of layer 0 gives its router no gradient, so the method 'joint' leaves the router at its initial weights. "
        + "Use another gate, or the method 'separate'.",
        SpecText.Of(training: training));

    [Test]
    public void RoutersNotTrained_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.RoutersNotTrained, SpecText.Of(layers: SpecText.Gated, training: "{}"));

    [TestCase("""{ "routerEpochs": 3 }""", "routerEpochs", "", "the method 'joint'", "the method 'separate'")]
    [TestCase("""{ "optimizer": { "momentum": 0.5 } }""", "momentum", "optimizer.", "the optimizer 'adam'", "the optimizer 'momentum'")]
    [TestCase("""{ "optimizer": { "kind": "adam", "momentum": 0.5 } }""", "momentum", "optimizer.", "the optimizer 'adam'", "the optimizer 'momentum'")]
    [TestCase("""{ "optimizer": { "kind": "momentum", "beta1": 0.5 } }""", "beta1", "optimizer.", "the optimizer 'momentum'", "the optimizer 'adam' or 'adamW'")]
    [TestCase("""{ "optimizer": { "kind": "sgd", "beta2": 0.5 } }""", "beta2", "optimizer.", "the optimizer 'sgd'", "the optimizer 'adam' or 'adamW'")]
    [TestCase("""{ "optimizer": { "kind": "sgd", "epsilon": 0.5 } }""", "epsilon", "optimizer.", "the optimizer 'sgd'", "the optimizer 'adam' or 'adamW'")]
    [TestCase("""{ "schedule": { "every": 5 } }""", "every", "schedule.", "the schedule 'cosine'", "the schedule 'step'")]
    [TestCase("""{ "schedule": { "kind": "cosine", "factor": 0.5 } }""", "factor", "schedule.", "the schedule 'cosine'", "the schedule 'step'")]
    [TestCase("""{ "init": { "head": 0.5 } }""", "head", "init.", "a fixed head", "a linear head")]
    public void FieldWithoutEffect_Reports(string training, string field, string section, string cause, string remedy) => Diagnose.Reports(
        DiagnosticRules.FieldWithoutEffect, $"training.{section}{field}",
        $"The field '{field}' has no effect with {cause}. Remove it, or use {remedy}.",
        SpecText.Of(layers: SpecText.Gated, training: training.Replace($"\"{field}\":", $"§\"{field}\":")));

    [Test]
    public void FieldWithoutEffect_OfADenseNetworksRouterReports() => Diagnose.Reports(
        DiagnosticRules.FieldWithoutEffect, "training.init.router",
        "The field 'router' has no effect with the routing 'dense'. Remove it, or use another routing.",
        SpecText.Of(layers: SpecText.Dense, training: """{ "init": { §"router": 0.1 } }"""));

    [TestCase("""{ "method": "separate", "routerEpochs": 3 }""")]
    [TestCase("""{ "optimizer": { "kind": "momentum", "momentum": 0.5, "weightDecay": 0.1 } }""")]
    [TestCase("""{ "optimizer": { "kind": "adamW", "beta1": 0.5, "beta2": 0.5, "epsilon": 0.5, "weightDecay": 0.1 } }""")]
    [TestCase("""{ "schedule": { "kind": "step", "every": 5, "factor": 1, "warmup": 3 } }""")]
    [TestCase("""{ "init": { "router": 0, "experts": 0.5 } }""")]
    public void FieldWithoutEffect_DoesNotReport(string training) =>
        Diagnose.DoesNotReport(DiagnosticRules.FieldWithoutEffect, SpecText.Of(layers: SpecText.Gated, training: training));

    [Test]
    public void BatchLargerThanData_Reports() => Diagnose.Reports(
        DiagnosticRules.BatchLargerThanData, "training.batch",
        "A batch of 51 exceeds the 50 training samples. Use a batch of 1 to 50, or more samples.",
        SpecText.Of(layers: SpecText.Gated, training: """{ "batch": §51 }""", data: """{ "kind": "synthetic", "train": 50 }"""));

    [Test]
    public void BatchLargerThanData_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.BatchLargerThanData,
        SpecText.Of(layers: SpecText.Gated, training: """{ "batch": 50 }""", data: """{ "kind": "synthetic", "train": 50 }"""));

    [TestCase("""{ "keepBest": true, "validation": §0 }""", "keepBest")]
    [TestCase("""{ "patience": 3, "validation": §0 }""", "patience")]
    [TestCase("""{ "seeds": 2, "validation": §0 }""", "seeds")]
    public void ChoiceNeedsValidation_Reports(string training, string field) => Diagnose.Reports(
        DiagnosticRules.ChoiceNeedsValidation, "training.validation",
        $"The field '{field}' chooses by the validation loss, but no training samples are held out to measure it on. "
        + "Remove the field 'validation', which then is 0.2, or use a share above 0.",
        SpecText.Of(layers: SpecText.Gated, training: training));

    [TestCase("""{ "keepBest": true, "patience": 3, "seeds": 2 }""")]
    [TestCase("""{ "validation": 0 }""")]
    [TestCase("""{ "validation": 0.1, "keepBest": true }""")]
    public void ChoiceNeedsValidation_DoesNotReport(string training) =>
        Diagnose.DoesNotReport(DiagnosticRules.ChoiceNeedsValidation, SpecText.Of(layers: SpecText.Gated, training: training));

    [TestCase("§[1, 2, 3]", "3 weights")]
    [TestCase("§[1]", "1 weight")]
    [TestCase("§[]", "0 weights")]
    public void WeightForEachClass_Reports(string weights, string count) => Diagnose.Reports(
        DiagnosticRules.WeightForEachClass, "training.classWeights",
        $"There are {count} for 2 classes. Give 2 numbers, in the order of the labels, or \"balanced\".",
        SpecText.Of(layers: SpecText.Gated, training: $$"""{ "classWeights": {{weights}} }"""));

    [TestCase("[1, 2.5]")]
    [TestCase("\"balanced\"")]
    public void WeightForEachClass_DoesNotReport(string weights) =>
        Diagnose.DoesNotReport(DiagnosticRules.WeightForEachClass, SpecText.Of(layers: SpecText.Gated, training: $$"""{ "classWeights": {{weights}} }"""));

    [TestCase("""{ "batch": 4, "shares": §5 }""", 5, "4 samples")]
    [TestCase("""{ "batch": 1, "shares": §2 }""", 2, "1 sample")]
    public void SharesExceedBatch_Reports(string training, int shares, string batch) => Diagnose.Reports(
        DiagnosticRules.SharesExceedBatch, "training.shares",
        $"A batch of {batch} cannot be cut into {shares} shares with a sample each. Use fewer shares or a larger batch.",
        SpecText.Of(layers: SpecText.Gated, training: training));

    [Test]
    public void SharesExceedBatch_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.SharesExceedBatch, SpecText.Of(layers: SpecText.Gated, training: """{ "batch": 4, "shares": 4 }"""));

    [TestCase(""" "balance": { "kind": "switch", "weight": 0.01 } """, "balance")]
    [TestCase(""" "zLoss": 0.001 """, "zLoss")]
    public void SharesWithBatchLoss_Reports(string loss, string field) => Diagnose.Reports(
        DiagnosticRules.SharesWithBatchLoss, "training.shares",
        $"A batch is cut into 2 shares, whose gradients are computed apart, but the auxiliary loss '{field}' of layer 0 is one of all patches of the batch. Remove '{field}', or use 1 share.",
        SpecText.Of(layers: SpecText.Token.Replace(" }", $", {loss} }}"), training: """{ "shares": §2 }"""));

    [TestCase(SpecText.Token, 4)]
    [TestCase("""{ "routing": "tokenChoice", "experts": 4, "neuronsPerExpert": 20, "gate": "softmaxAll", "zLoss": 0.001 }""", 1)]
    public void SharesWithBatchLoss_DoesNotReport(string layer, int shares) => Diagnose.DoesNotReport(
        DiagnosticRules.SharesWithBatchLoss, SpecText.Of(layers: layer, training: $$"""{ "shares": {{shares}} }"""));
}
