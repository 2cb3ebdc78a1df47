using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints where the outputs of a layer lie: pooled ones, or the vectors of a map, which has a border of zeros where the layer above pads.</summary>
internal static class MapText
{
    /// <summary>Where the vector of a patch begins in the map of an instance.</summary>
    public static Expression Vector(MapPlan map, Expression instance, Expression patch)
    {
        Expression row = map.Rows == 1 ? 0 : patch / map.Columns;
        Expression column = map.Columns == 1 ? 0 : map.Rows == 1 ? patch : patch % map.Columns;
        Expression inMap = map.BorderColumns == 0 ? patch * map.Channels : (row * map.RowStep) + (column * map.Channels);
        return (instance.As("long") * map.Floats) + inMap + map.First;
    }

    /// <summary>The kernel that sets the map to 0 before its vectors are written; null where all of it is written.</summary>
    public static GpuKernel? Clear(IlgpuLayerPlan plan) => plan.ClearsMap
        ? CommonKernels.Clear(new LayerArguments(plan).Outputs.Value, GroupText.Batch.As("long") * plan.OutputStride)
        : null;
}
