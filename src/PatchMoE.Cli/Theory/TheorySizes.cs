namespace PatchMoE.Cli.Theory;

/// <summary>The sizes in the paper's orders.</summary>
/// <param name="Patches">n.</param>
/// <param name="Dimension">d.</param>
/// <param name="Experts">k.</param>
/// <param name="PatchesPerExpert">l; n where no patches are chosen.</param>
/// <param name="Neurons">m, of all experts together.</param>
/// <param name="Batch">B.</param>
internal sealed record TheorySizes(int Patches, int Dimension, int Experts, int PatchesPerExpert, int Neurons, int Batch)
{
    /// <summary>The sizes of layer 0.</summary>
    /// <param name="spec">A spec with a layer and a training section.</param>
    public static TheorySizes Of(PatchMoESpec spec)
    {
        LayerShape shape = spec.Model.LayerShapes()[0];
        return new TheorySizes(shape.Patches, shape.Dimension, shape.Experts, shape.PatchesPerExpert, shape.Outputs, spec.Training!.Batch);
    }
}
