using PatchMoE.Kernels;

namespace PatchMoE.Training.Data;

/// <summary>The rules for a data set on which a model is trained or tested.</summary>
internal static class DatasetRules
{
    /// <summary>Checks shape, labels, valid-patch counts and values of <paramref name="data"/> against a model.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="model">The network they are for.</param>
    /// <param name="name">How messages refer to the data, for example <c>training data</c>.</param>
    /// <exception cref="BadInputException">A rule is broken; the message says which, where and how to fix it.</exception>
    public static void Check(Dataset data, ModelSpec model, string name)
    {
        CheckFit(data, model, name);
        CheckValues(data, name);
    }

    /// <summary>Checks only shape, labels and valid-patch counts: what a pass relies on.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="model">The network they are for.</param>
    /// <param name="name">How messages refer to the data.</param>
    /// <exception cref="BadInputException">A rule is broken.</exception>
    internal static void CheckFit(Dataset data, ModelSpec model, string name)
    {
        CheckShape(data, model, name);
        CheckLabels(data, model, name);
        CheckLengths(data, model, name);
    }

    private static void CheckShape(Dataset data, ModelSpec model, string name)
    {
        if (data.Count == 0)
        {
            throw new BadInputException($"{name}: there are no samples. Give at least one.");
        }

        if (data.InputShape != model.InputShape())
        {
            throw new BadInputException(
                $"{name}: a sample has the shape [{string.Join(", ", data.InputShape)}], but model.input requires [{string.Join(", ", model.InputShape())}]. Change model.input or the data.");
        }
    }

    private static void CheckLabels(Dataset data, ModelSpec model, string name)
    {
        for (int i = 0; i < data.Count; i++)
        {
            int label = data.Labels[i];
            if (!Guard.IsLabel(label, model.Loss, model.Head.Outputs))
            {
                throw new BadInputException(model.Loss == Loss.Logistic
                    ? $"{name}: the label of sample {i} is {label}; the logistic loss takes −1 and +1. Change the labels, or use softmaxCrossEntropy with a linear head."
                    : $"{name}: the label of sample {i} is {label}; with model.head.outputs = {model.Head.Outputs} labels are 0 to {model.Head.Outputs - 1}. Change the labels or model.head.outputs.");
            }
        }
    }

    private static void CheckLengths(Dataset data, ModelSpec model, string name)
    {
        if (data.LengthsPerSample == 0)
        {
            return;
        }

        if (model.Backbone is not null)
        {
            throw new BadInputException($"{name}: there are valid-patch counts, but every patch of a backbone's map is valid. Leave the counts out.");
        }

        LayerShape layer = model.LayerShapes()[0];
        if (data.LengthsPerSample != layer.Instances)
        {
            throw new BadInputException($"{name}: {data.LengthsPerSample} valid-patch counts per sample, but the model requires {layer.Instances}. Give one per group.");
        }

        for (int i = 0; i < data.Lengths.Length; i++)
        {
            if ((uint)data.Lengths[i] > (uint)layer.Patches)
            {
                throw new BadInputException(
                    $"{name}: a valid-patch count of sample {i / data.LengthsPerSample} is {data.Lengths[i]}; it must be 0 to {layer.Patches}. Correct the counts.");
            }
        }
    }

    private static void CheckValues(Dataset data, string name)
    {
        // Pixels are numbers of a known range.
        int bad = data.IsInMemory && !data.HasPixels ? FiniteCheck.FirstNotFinite(data.Inputs) : -1;
        if (bad >= 0)
        {
            throw new BadInputException(
                $"{name}: value {bad % data.InputLength} of sample {bad / data.InputLength} is {FiniteCheck.Show(data.Inputs[bad])}; inputs must be finite numbers. Remove or replace it.");
        }
    }

    /// <summary>Checks that training can go through <paramref name="train"/> in batches and sees every class.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="model">The network.</param>
    /// <param name="batch">Samples per update.</param>
    /// <param name="count">The number of samples that are trained on; null for all.</param>
    /// <exception cref="BadInputException">There are fewer samples than one batch, a batch norm would see a single value, or a class has no sample.</exception>
    public static void CheckTraining(Dataset train, ModelSpec model, int batch, int? count = null)
    {
        int trained = count ?? train.Count;
        if (TrainingRules.Batch(batch, trained) is { } diagnostic)
        {
            string heldOut = trained < train.Count ? $" ({train.Count - trained} of the {train.Count} are held out: training.validation.)" : "";
            throw new BadInputException(diagnostic.Message + heldOut);
        }

        // The last update of an epoch takes the remainder.
        int smallest = trained % batch == 0 ? batch : trained % batch;
        if (smallest == 1 && model.BackboneShape() is { } backbone && backbone.Norms.Any(norm => norm.Height * norm.Width == 1))
        {
            throw new BadInputException(
                $"training.batch: with {batch}, the last update of an epoch has a single image, but a batch norm of a 1x1 map needs two values. Use another batch, fewer widths, or larger images.");
        }

        foreach (int label in Enumerable.Range(0, ModelClasses.Count(model)).Select(index => ModelClasses.Label(model, index)))
        {
            if (!train.Labels.Contains(label))
            {
                throw new BadInputException(
                    $"training data: no sample has the label {label}. Add samples of that class{(model.Loss == Loss.Logistic ? "" : ", or lower model.head.outputs")}.");
            }
        }
    }
}
