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
}
