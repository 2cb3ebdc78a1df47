using PatchMoE.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <content>Loading and saving weights: parameter buffers and safetensors files. For a module without a head, neither contains <c>head</c> tensors.</content>
public abstract partial class PatchMoEModule
{
    /// <summary>Sets all weights.</summary>
    /// <param name="buffer">A parameter buffer, <see cref="PatchMoEModule.BufferLength"/> values.</param>
    /// <exception cref="ArgumentException">The buffer's length does not fit.</exception>
    public void SetWeights(ReadOnlySpan<float> buffer)
    {
        RequireLength(buffer.Length);
        using IDisposable gradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (ParameterSpec spec in _tensors)
        {
            Tensor weight = Weight(spec.Name);
            weight.copy_(TensorValues.From(buffer.Slice(spec.Offset, spec.Length), CPU).reshape(weight.shape));
        }
    }

    /// <summary>Reads all weights.</summary>
    /// <param name="buffer">A parameter buffer, <see cref="PatchMoEModule.BufferLength"/> values; gaps between tensors are left unchanged.</param>
    /// <exception cref="ArgumentException">The buffer's length does not fit.</exception>
    public void GetWeights(Span<float> buffer)
    {
        RequireLength(buffer.Length);
        foreach (ParameterSpec spec in _tensors)
        {
            TensorValues.Read(Weight(spec.Name), buffer.Slice(spec.Offset, spec.Length));
        }
    }

    /// <summary>Loads the weights from a safetensors file. If anything is wrong, the module is left unchanged.</summary>
    /// <param name="path">The file; for a module without a head, head tensors are ignored, and so is a table of tokens.</param>
    /// <exception cref="BadInputException">The file cannot be read, or its tensors are not this module's: the message names all that differ.</exception>
    public void LoadWeights(string path)
    {
        var buffer = new float[BufferLength];
        WeightsFile.Load(path, _tensors, buffer, passOver: IsOther);
        SetWeights(buffer);
    }

    /// <summary>Saves the weights as a safetensors file.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void SaveWeights(string path)
    {
        var buffer = new float[BufferLength];
        GetWeights(buffer);
        SafetensorsFile.Write(path, [.. _tensors.Select(spec => new NamedTensor(spec.Name, [.. spec.Shape], buffer.AsSpan(spec.Offset, spec.Length).ToArray()))]);
    }

    /// <summary>Whether a tensor of the network belongs to what is before or behind the module.</summary>
    private bool IsOther(string name) => name == Spec.Model.EmbeddingTable()?.Name || (Output == ModuleOutput.Features && name.StartsWith("head.", StringComparison.Ordinal));

    private void RequireLength(int length)
    {
        if (length != BufferLength)
        {
            throw new ArgumentException($"The buffer has {length} values, but the tensors of {Spec.Name} take {BufferLength}.");
        }
    }
}
