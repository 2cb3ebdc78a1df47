using System.ComponentModel;
using ILGPU;

namespace PatchMoE.Ilgpu;

/// <summary>The valid patches of upper layers, for emitted kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FilledPatches
{
    /// <summary>The valid patches of an instance: all up to the last with a valid patch below it; what follows is padding.</summary>
    /// <param name="lengths">The counts of layer 0's groups.</param>
    /// <param name="first">The first of the groups below the instance.</param>
    /// <param name="patches">The instance's patches.</param>
    /// <param name="groups">The groups below each of them.</param>
    public static int Count(ArrayView<int> lengths, int first, int patches, int groups)
    {
        int last = (patches * groups) - 1;
        while (last >= 0 && lengths[first + last] == 0)
        {
            last--;
        }

        return (last + groups) / groups;
    }
}
