namespace PatchMoE;

/// <summary>Which networks have kernels for GPUs: those whose layers all pool, and whose patches do not choose their experts.</summary>
internal static class DeviceKernels
{
    /// <summary>What has no kernels, and what to use in its place, in one sentence after the layer's path; null if everything has.</summary>
    /// <param name="model">A valid model.</param>
    public static string? Missing(ModelSpec model)
    {
        for (int i = 0; i < model.Layers.Count; i++)
        {
            LayerSpec layer = model.Layers[i];
            string? part = layer.Routing == Routing.TokenChoice ? $"the routing '{SpecWords.Of(layer.Routing)}'"
                : layer.Window is not null ? "windows on a map"
                : layer.Map ? "the output 'map'"
                : null;
            if (part is not null)
            {
                return $"model.layers[{i}]: the ILGPU backend has no kernels for {part}. Use the backend cpu, or torch, which computes it on CUDA devices, too.";
            }
        }

        return null;
    }
}
