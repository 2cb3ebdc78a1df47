namespace PatchMoE;

/// <summary>Reads <c>model.head</c>.</summary>
internal static class HeadReader
{
    private const int ExpertsOfSign = 2;

    /// <summary>Returns the head, or null if anything in it is wrong.</summary>
    /// <param name="node">The section.</param>
    /// <param name="path">Its path.</param>
    /// <param name="top">The top layer; null if it is wrong.</param>
    /// <param name="hasBackbone">Whether the network has a backbone.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static HeadSpec? Read(SpecNode node, string path, LayerSpec? top, bool hasBackbone, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"kind\": \"linear\", \"outputs\": 10 }") is not { } fields)
        {
            return null;
        }

        HeadKind? kind = fields.Choice<HeadKind>("kind", "'fixed' or 'linear'");
        HeadSpec? head = kind switch { HeadKind.Fixed => ReadFixed(fields, top), HeadKind.Linear => ReadLinear(fields), _ => null };
        fields.Finish(allKnown: kind is not null);
        if (hasBackbone && kind == HeadKind.Fixed)
        {
            diagnostics.Report(DiagnosticRules.BackboneNeedsLinearHead, fields.PlaceOf("kind"));
            return null;
        }

        return head;
    }

    private static HeadSpec? ReadFixed(FieldReader fields, LayerSpec? top)
    {
        HeadWeights? weights = fields.Choice("weights", absent: HeadWeights.Gaussian);
        int? outputs = fields.Int("outputs", IntRange.Positive, absent: 1);
        fields.Reject("bias", DiagnosticRules.FieldOfOtherHead, "bias", "linear", "fixed");
        if (outputs > 1)
        {
            fields.Diagnostics.Report(DiagnosticRules.FixedHeadHasOneOutput, fields.PlaceOf("outputs"), outputs);
            return null;
        }

        if (weights == HeadWeights.Sign && top is not null && top.Experts != ExpertsOfSign)
        {
            fields.Diagnostics.Report(DiagnosticRules.SignNeedsTwoExperts, fields.PlaceOf("weights"), top.Experts);
        }

        return weights is { } w && outputs is { } c ? new HeadSpec(HeadKind.Fixed, c, w) : null;
    }

    private static HeadSpec? ReadLinear(FieldReader fields)
    {
        int? outputs = fields.Int("outputs", IntRange.Positive, "the number of logits, one per class");
        bool? bias = fields.Boolean("bias", absent: true);
        fields.Reject("weights", DiagnosticRules.FieldOfOtherHead, "weights", "fixed", "linear");
        return outputs is { } c && bias is { } b ? new HeadSpec(HeadKind.Linear, c, Bias: b) : null;
    }
}
