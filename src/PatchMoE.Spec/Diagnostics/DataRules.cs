namespace PatchMoE;

/// <summary>What data require of a network. The reader checks it on a spec; the data check it on the model they are made for.</summary>
internal static class DataRules
{
    /// <summary>More decoys than fit beside the discriminative patch; null if they fit, or if the input is of another kind.</summary>
    /// <param name="data">The data.</param>
    /// <param name="model">The network; null if it is wrong.</param>
    public static SpecDiagnostic? Decoys(SyntheticDataSpec data, ModelSpec? model) => model?.Input is VectorsInputSpec input && data.FixedPatches > input.Patches
        ? SpecDiagnostic.Of(DiagnosticRules.TooManyDecoys, "data.decoys", default, data.Decoys, data.FixedPatches, input.Patches, (input.Patches - 1) / 2)
        : null;
}
