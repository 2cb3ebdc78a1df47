using PatchMoE.Kernels;

namespace PatchMoE.Training.Data;

/// <content>Data sets from what an application has in memory.</content>
public sealed partial class Dataset
{
    /// <summary>Labelled samples for a model, from flat arrays. Nothing is copied unless the model's metadata ask for normalisation.</summary>
    /// <param name="model">The model: it gives the shape of a sample, and the normalisation, if its <see cref="IPatchMoEModel.Metadata"/> have one.</param>
    /// <param name="inputs">[N, <see cref="IPatchMoEModel.InputLength"/>], as <see cref="ModelPredictions.Classify"/> takes them: not normalised, images channels last.</param>
    /// <param name="labels">[N]; −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy.</param>
    /// <param name="lengths">Valid patches, [N] or [N, groups]; null if all are valid.</param>
    /// <exception cref="ArgumentException">A length or a label does not fit, or a value is not finite.</exception>
    /// <exception cref="InvalidOperationException">The model's metadata do not fit it.</exception>
    public static Dataset For(IPatchMoEModel model, float[] inputs, int[] labels, int[]? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        ModelSpec spec = model.Spec.Model;
        model.Metadata.RequireFits(spec);
        Guard.Length(inputs.Length, labels.Length, model.InputLength, nameof(inputs));
        Guard.Labels(labels, spec.Loss, spec.Head.Outputs);
        Guard.Finite(inputs, model.InputLength);
        if (model.Metadata.Normalization is { } normalization)
        {
            inputs = [.. inputs];
            normalization.Apply(inputs);
        }

        return new Dataset(spec.InputShape(), inputs, labels, lengths);
    }

    /// <summary>
    /// Samples for a model with the names of their classes. The names are those of the model's <see cref="ModelMetadata.Classes"/>; a model without names takes those of
    /// the samples, in alphabetical (ordinal) order, into its metadata, so the training data come first.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="samples">For each sample its values, as in the other overload, and the name of its class. They are copied.</param>
    /// <exception cref="ArgumentException">A length or a value does not fit, or the classes are not the model's.</exception>
    /// <exception cref="InvalidOperationException">The model's metadata do not fit it.</exception>
    public static Dataset For(IPatchMoEModel model, IEnumerable<(float[] Input, string ClassName)> samples)
    {
        ArgumentNullException.ThrowIfNull(model);
        (float[] Input, string ClassName)[] all = [.. samples];
        ModelSpec spec = model.Spec.Model;
        string[] classes = Classes(model, all.Select(sample => sample.ClassName));
        var labels = new int[all.Length];
        float[] inputs = SampleArray.Allocate(all.Length, model.InputLength, nameof(samples));
        for (int i = 0; i < all.Length; i++)
        {
            (float[] input, string name) = all[i];
            if (input.Length != model.InputLength)
            {
                throw new ArgumentException(
                    $"Sample {i} of class '{name}' has {input.Length} values; a sample [{string.Join(", ", spec.InputShape())}] has {model.InputLength}.", nameof(samples));
            }

            input.CopyTo(inputs, i * model.InputLength);
            labels[i] = ModelClasses.Label(spec, Array.IndexOf(classes, name));
        }

        Dataset data = For(model, inputs, labels);
        model.Metadata = model.Metadata with { Classes = [.. classes] };
        return data;
    }

    /// <summary>Samples for a model from two lists of the same length; see <see cref="For(IPatchMoEModel, IEnumerable{ValueTuple{float[], string}})"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The values of each sample.</param>
    /// <param name="classNames">The name of the class of each.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or as in the other overload.</exception>
    /// <exception cref="InvalidOperationException">The model's metadata do not fit it.</exception>
    public static Dataset For(IPatchMoEModel model, IReadOnlyList<float[]> inputs, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(classNames);
        return inputs.Count == classNames.Count
            ? For(model, inputs.Zip(classNames))
            : throw new ArgumentException($"There are {inputs.Count} inputs and {classNames.Count} class names. Give a name for each input.", nameof(classNames));
    }

    /// <summary>
    /// Divides the samples at random into a training and a test part. Each class is divided in the same proportion and keeps at least one sample for training; the same seed
    /// gives the same parts. The order of the samples is kept. Values in memory are copied; others stay where they are.
    /// </summary>
    /// <param name="testShare">The share of the test part, between 0 and 1.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="InvalidOperationException">A class has a single sample.</exception>
    public (Dataset Train, Dataset Test) Split(double testShare, ulong seed)
    {
        if (testShare is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(testShare), testShare, "The share of the test part is between 0 and 1, for example 0.2.");
        }

        if (_labels.CountBy(label => label).FirstOrDefault(one => one.Value == 1) is { Value: 1 } single)
        {
            throw new InvalidOperationException($"The label {single.Key} has a single sample, which cannot be in both parts. Add samples of that class.");
        }

        (int[] train, int[] test) = StratifiedSplit.Of(_labels, testShare, seed, "split");
        return (Part(train), Part(test));
    }

    private Dataset Part(int[] samples) => Augmentation is { } augmentation ? Select(samples).WithAugmentation(augmentation) : Select(samples);

    /// <summary>The names of the classes in the order of the labels.</summary>
    private static string[] Classes(IPatchMoEModel model, IEnumerable<string> names)
    {
        string[] given = [.. names.Distinct().Order(StringComparer.Ordinal)];
        string[] known = [.. model.Metadata.Classes];
        if (known.Length > 0)
        {
            return Array.Find(given, name => !known.Contains(name)) is { } other
                ? throw new ArgumentException($"The class '{other}' is none of the model's: {Quoted(known)}. Correct the name, or set model.Metadata.Classes.", nameof(names))
                : known;
        }

        int needed = ModelClasses.Count(model.Spec.Model);
        return given.Length == needed
            ? given
            : throw new ArgumentException(
                $"The samples are of {given.Length} classes ({Quoted(given)}), but {model.Spec.Name} tells {needed} apart. Give samples of each, name all in model.Metadata.Classes, or change model.head.outputs.",
                nameof(names));
    }

    private static string Quoted(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(10).Select(name => $"'{name}'")) + (names.Count > 10 ? ", …" : string.Empty);
}
