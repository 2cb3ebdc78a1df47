namespace PatchMoE;

/// <summary>The classes that a network tells apart, counted from 0 in the order of their labels.</summary>
public static class ModelClasses
{
    /// <summary>The number of classes: 2 for the logistic loss, C for softmax cross entropy.</summary>
    /// <param name="model">A valid model.</param>
    public static int Count(ModelSpec model) => model.Loss == Loss.Logistic ? 2 : model.Head.Outputs;

    /// <summary>The label of a class: −1 or +1 for the logistic loss, else the index itself.</summary>
    /// <param name="model">A valid model.</param>
    /// <param name="index">0…<see cref="Count"/>−1.</param>
    public static int Label(ModelSpec model, int index) => model.Loss == Loss.Logistic ? (2 * index) - 1 : index;

    /// <summary>The class of a label.</summary>
    /// <param name="model">A valid model.</param>
    /// <param name="label">−1 or +1 for the logistic loss, else 0…C−1.</param>
    public static int IndexOf(ModelSpec model, int label) => model.Loss == Loss.Logistic ? (label > 0 ? 1 : 0) : label;
}
