using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>What the passes have in common.</summary>
internal static class PassText
{
    public static Method PackPanels { get; } = SampleMethods.Private("PackPanels", "Workspace workspace, int worker");

    /// <summary>Layer 0's forward pass of a window.</summary>
    public static Method ForwardWindow { get; } = SampleMethods.Private("ForwardWindow", "in InputBatch batch, Workspace workspace, int start, int samples, int worker");

    /// <summary>Whether weights are packed before a pass.</summary>
    public static bool HasPanels(ModelPlan plan) => plan.Layers.Any(layer => layer.PacksFirst);

    public static Method Share(string name, string pass) => new(name, $"in {pass} pass, Workspace workspace, int worker") { Modifiers = "protected override" };

    /// <summary>The packing of weights, where there are any panels, at the beginning of a worker's share.</summary>
    public static void WritePack(SourceWriter writer, ModelPlan plan)
    {
        if (HasPanels(plan))
        {
            writer.Call(PackPanels.Call());
        }
    }

    /// <summary>The call of a sample's method in a pass, whose batch it takes unless another is named.</summary>
    public static Call SampleCall(Method method, params (string Name, Expression Value)[] arguments) => method.Call(
        [
            .. method.Parameters.Any(parameter => parameter.Name == "batch") && arguments.All(argument => argument.Name != "batch") ? [("batch", "pass.Batch")] : Array.Empty<(string, Expression)>(),
            .. arguments.Where(argument => method.Parameters.Any(parameter => parameter.Name == argument.Name)),
        ]);

    /// <summary>Behind what a layer finds the patches of a window's samples (see <see cref="PatchPlaces.InWindow"/>).</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="batch">The batch's name.</param>
    /// <param name="slot">The slot of the first of them.</param>
    public static Place WindowPatches(LayerPlan layer, string batch, Expression slot) => layer.Index > 0
        ? (Place)$"workspace.Floats({slot})" + $"Slot.Layer{layer.Index - 1}Outputs"
        : layer.Access.Copies
            ? (Place)$"workspace.Floats({slot})" + "Slot.Patches"
            : $"{batch}.Input";
}
