namespace PatchMoE.Onnx.Networks;

/// <summary>The names that a user of an exported network sees.</summary>
internal static class PublicNames
{
    public const string Batch = "batch";
    public const string Input = "input";
    public const string Lengths = "lengths";
    public const string Logits = "logits";
    public const string Probabilities = "probabilities";
    public const string Class = "class";
    public const string Routes = "routes";

    /// <summary>The number of classes: two for the one logit of the logistic loss.</summary>
    public static int Classes(ModelSpec model) => model.Loss == Loss.Logistic ? 2 : model.Head.Outputs;
}
