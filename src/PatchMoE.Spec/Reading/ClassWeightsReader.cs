namespace PatchMoE;

/// <summary>Reads <c>training.classWeights</c>: the word <c>balanced</c>, or a number for each class.</summary>
internal static class ClassWeightsReader
{
    private const string Balanced = "balanced";

    /// <summary>Returns the weights, or null if anything in them is wrong.</summary>
    /// <param name="node">The field's value.</param>
    /// <param name="path">Its path.</param>
    /// <param name="model">The network; null if it is wrong, and then the number of weights is not checked.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static ClassWeightsSpec? Read(SpecNode node, string path, ModelSpec? model, DiagnosticBag diagnostics)
    {
        var values = new ValueReader(diagnostics);
        switch (node)
        {
            case SpecString:
                return values.Word(node, path, [Balanced]) is null ? null : ClassWeightsSpec.Balanced;

            case SpecArray array:
                // Every element is read, so that every mistake among them is reported.
                double?[] weights = [.. array.Items.Select((item, i) => values.Number(item, $"{path}[{i}]", NumberRange.Positive))];
                if (model is not null && TrainingRules.ClassWeights(weights.Length, model) is { } diagnostic)
                {
                    diagnostics.Add(diagnostic with { Span = node.Span });
                    return null;
                }

                return weights.Length > 0 && weights.All(weight => weight.HasValue) ? new ClassWeightsSpec(weights.Select(weight => weight!.Value).ToEquatableArray()) : null;

            default:
                values.Mistype<int>(node, path, "\"balanced\" or an array with a number for each class", "[1, 5]");
                return null;
        }
    }
}
