using System.ComponentModel;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu;

/// <summary>A network's passes on one device. Each call queues kernels on a stream and returns; sums have a fixed order, so results are bit-identical from run to run.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IIlgpuPasses
{
    /// <summary>Computes the logits.</summary>
    /// <param name="stream">Where the kernels are queued.</param>
    /// <param name="buffers">The arrays; <see cref="PassBuffers.Logits"/> is written.</param>
    /// <param name="batch">B.</param>
    void Forward(AcceleratorStream stream, in PassBuffers buffers, int batch);

    /// <summary>Computes which patches each expert of layer 0 takes or, of token choice, which experts take each patch; <see cref="PassBuffers.Routes"/> is written. Not for a dense layer 0.</summary>
    /// <param name="stream">Where the kernels are queued.</param>
    /// <param name="buffers">The arrays.</param>
    /// <param name="batch">B.</param>
    void Route(AcceleratorStream stream, in PassBuffers buffers, int batch);

    /// <summary>
    /// Computes the logits, the loss with the auxiliary ones and its gradients; <see cref="PassBuffers.Logits"/>, <see cref="PassBuffers.Losses"/>, <see cref="PassBuffers.Gradients"/>
    /// and, unless it is empty, <see cref="PassBuffers.InputGradient"/> are written.
    /// </summary>
    /// <param name="stream">Where the kernels are queued.</param>
    /// <param name="buffers">The arrays.</param>
    /// <param name="batch">B.</param>
    void LossAndGradients(AcceleratorStream stream, in PassBuffers buffers, int batch);
}
