using System.Buffers;
using Microsoft.Extensions.ObjectPool;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>
/// Predictions from inputs as a file gives them: pixels 0…1, the numbers of a table. They are prepared here as <see cref="ModelMetadata.Normalization"/> says, on a copy; passes such as
/// <see cref="IPatchMoEModel.Forward"/> take inputs that already are. Every method may be called from any number of threads at once: each call takes a workspace of
/// one thread from a pool that belongs to the model.
/// </summary>
public static class ModelPredictions
{
    /// <summary>Classifies one sample.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">[<see cref="IPatchMoEModel.InputLength"/>], not normalised; images channels last, pixel values divided by 255.</param>
    /// <param name="lengths">Valid patches of the sample, or of each group; empty if all are valid.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a value is not finite.</exception>
    /// <exception cref="InvalidOperationException">The model's metadata do not fit it, or with its weights the logits exceed the range of float32.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Prediction Classify(this IPatchMoEModel model, ReadOnlySpan<float> input, ReadOnlySpan<int> lengths = default)
    {
        RequireOne(model, input.Length);
        return ClassifyBatch(model, input, lengths)[0];
    }

    /// <summary>
    /// Classifies B samples on the caller's thread. For thousands of them, <see cref="IPatchMoEModel.Predict"/> with a workspace of several threads is faster.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">[B, <see cref="IPatchMoEModel.InputLength"/>], as in <see cref="Classify"/>.</param>
    /// <param name="lengths">Valid patches, [B] or [B, groups]; empty if all are valid.</param>
    /// <returns>[B], in the order of the samples.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Classify"/>.</exception>
    /// <exception cref="InvalidOperationException">As in <see cref="Classify"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static IReadOnlyList<Prediction> ClassifyBatch(this IPatchMoEModel model, ReadOnlySpan<float> inputs, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        int batch = Guard.Batch(inputs.Length, model.InputLength, nameof(inputs));
        var logits = new float[batch * model.Outputs];
        using (var call = new PreparedCall(model, inputs))
        {
            model.Forward(call.Inputs, logits, call.Workspace, lengths);
        }

        return Predictions(model, logits);
    }

    /// <summary>Classifies B samples with a workspace of one's own, whose threads share them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">[B, <see cref="IPatchMoEModel.InputLength"/>], as in <see cref="Classify"/>; normalised in place if the model wants it.</param>
    /// <param name="workspace">A workspace of the model.</param>
    /// <param name="lengths">Valid patches, [B] or [B, groups]; empty if all are valid.</param>
    /// <returns>[B], in the order of the samples.</returns>
    internal static IReadOnlyList<Prediction> ClassifyBatch(this IPatchMoEModel model, Span<float> inputs, Workspace workspace, ReadOnlySpan<int> lengths)
    {
        model.Metadata.RequireFits(model.Spec.Model);
        model.Metadata.Normalization?.Apply(inputs);
        var logits = new float[Guard.Batch(inputs.Length, model.InputLength, nameof(inputs)) * model.Outputs];
        model.Forward(inputs, logits, workspace, lengths);
        return Predictions(model, logits);
    }

    /// <summary>Classifies one sample and says which patches each expert saw.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">As in <see cref="Classify"/>.</param>
    /// <param name="lengths">As in <see cref="Classify"/>.</param>
    /// <exception cref="ArgumentException">As in <see cref="Classify"/>.</exception>
    /// <exception cref="InvalidOperationException">As in <see cref="Classify"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Explanation Explain(this IPatchMoEModel model, ReadOnlySpan<float> input, ReadOnlySpan<int> lengths = default)
    {
        RequireOne(model, input.Length);
        int routes = model.RouteShape.Aggregate(model.RouteShape.Count == 0 ? 0 : 1, (product, size) => product * size);
        var taken = new Routes(new int[routes], new float[routes], new float[routes]);
        var logits = new float[model.Outputs];
        using var call = new PreparedCall(model, input);
        model.Forward(call.Inputs, logits, call.Workspace, lengths);
        if (routes > 0)
        {
            model.Route(call.Inputs, taken.Patches, taken.Scores, taken.Gates, call.Workspace, lengths);
        }

        Prediction prediction = Predictions(model, logits)[0];
        return new Explanation
        {
            Prediction = prediction,
            Experts = ExpertViews.Of(model, call.Inputs, taken, prediction.Index, lengths),
        };
    }

    private static void RequireOne(IPatchMoEModel model, int length)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (length != model.InputLength)
        {
            string advice = length > 0 && length % model.InputLength == 0 ? $" For {length / model.InputLength} samples, call {nameof(ClassifyBatch)}." : string.Empty;
            throw new ArgumentException(
                $"input has {length} values; one sample [{string.Join(", ", model.Spec.Model.InputShape())}] needs {model.InputLength}.{advice}", "input");
        }
    }

    private static Prediction[] Predictions(IPatchMoEModel model, float[] logits)
    {
        ModelSpec spec = model.Spec.Model;
        EquatableArray<string> names = Enumerable.Range(0, ModelClasses.Count(spec)).Select(index => model.Metadata.ClassName(spec, index)).ToEquatableArray();
        var predictions = new Prediction[logits.Length / model.Outputs];
        for (int b = 0; b < predictions.Length; b++)
        {
            ReadOnlySpan<float> own = logits.AsSpan(b * model.Outputs, model.Outputs);
            RequireFinite(own, model.Spec.Name);
            int index = ClassProbabilities.Best(spec.Loss, own);
            predictions[b] = new Prediction
            {
                ClassName = names[index],
                Index = index,
                Label = ModelClasses.Label(spec, index),
                Probabilities = ClassProbabilities.Of(spec.Loss, own),
                ClassNames = names,
            };
        }

        return predictions;
    }

    private static void RequireFinite(ReadOnlySpan<float> logits, string model)
    {
        if (FiniteCheck.FirstNotFinite(logits) is int bad and >= 0)
        {
            throw new InvalidOperationException(
                $"Logit {bad} of {model} is {FiniteCheck.Show(logits[bad])}: with these weights the logits exceed the range of float32. Train again with a lower learning rate, or check the input's scale.");
        }
    }

    /// <summary>What one call borrows: a workspace, and a normalised copy of its input if the model wants one.</summary>
    private readonly ref struct PreparedCall
    {
        private readonly ObjectPool<Workspace>? _pool;
        private readonly float[]? _copy;

        public PreparedCall(IPatchMoEModel model, ReadOnlySpan<float> inputs)
        {
            model.Metadata.RequireFits(model.Spec.Model);
            _pool = (model as ICompiledModel)?.Network.Workspaces;
            Workspace = _pool?.Get() ?? model.CreateWorkspace();
            Inputs = inputs;
            if (model.Metadata.Normalization is { } normalization)
            {
                _copy = ArrayPool<float>.Shared.Rent(inputs.Length);
                Span<float> prepared = _copy.AsSpan(0, inputs.Length);
                inputs.CopyTo(prepared);
                normalization.Apply(prepared);
                Inputs = prepared;
            }
        }

        public ReadOnlySpan<float> Inputs { get; }

        public Workspace Workspace { get; }

        public void Dispose()
        {
            if (_copy is not null)
            {
                ArrayPool<float>.Shared.Return(_copy);
            }

            if (_pool is null)
            {
                Workspace.Dispose();
            }
            else
            {
                _pool.Return(Workspace);
            }
        }
    }
}
