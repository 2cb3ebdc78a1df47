namespace PatchMoE.Cli.Theory;

/// <summary>How much of the theory applies to a spec: it is about one layer whose experts choose patches, two classes, a fixed head and SGD.</summary>
/// <param name="HasOrders">Whether the orders can be filled in: there is one layer.</param>
/// <param name="ChoosesPatches">Whether its experts choose patches, so that there are orders for it beside the CNN's.</param>
/// <param name="Departures">Where the spec is not the network of the theory; a sentence each.</param>
internal sealed record TheoryScope(bool HasOrders, bool ChoosesPatches, IReadOnlyList<string> Departures)
{
    /// <param name="spec">A spec with a training section.</param>
    public static TheoryScope Of(PatchMoESpec spec)
    {
        ModelSpec model = spec.Model;
        if (model.Layers.Count != 1)
        {
            string found = model.Layers.Count == 0 ? "this network has none" : $"this network has {model.Layers.Count}";
            return new TheoryScope(false, false, [$"model.layers: the theory is about one layer; {found}, so there are no orders for it."]);
        }

        LayerSpec layer = model.Layers[0];
        bool chooses = layer.Routing == Routing.ExpertChoice;
        return new TheoryScope(true, chooses, [.. chooses ? OfLayer(model, spec.Training!) : [OfOtherRouting(layer)], .. OfNetwork(model, spec.Training!)]);
    }

    private static string OfOtherRouting(LayerSpec layer) => layer.Routing switch
    {
        Routing.Dense when layer.Experts == 1 => "model.layers[0].routing: this is the CNN that the theory compares with: every neuron sees every patch, and there is no router whose hits could be counted.",
        Routing.Dense => "model.layers[0].routing: every expert sees every patch, so that the network is the CNN of all its neurons: the CNN's orders apply, and there is no router whose hits could be counted.",
        _ => $"model.layers[0].routing: the theory has no orders for '{SpecWords.Of(layer.Routing)}'; the table has the CNN's, which has the same patches to tell apart.",
    };

    private static IEnumerable<string> OfLayer(ModelSpec model, TrainingSpec training)
    {
        LayerSpec layer = model.Layers[0];
        LayerShape shape = model.LayerShapes()[0];
        bool separate = training.Method == TrainingMethod.Separate;
        if (shape.PatchesPerExpert == shape.Patches)
        {
            yield return $"model.layers[0].patchesPerExpert: with l = n = {shape.Patches} every expert sees every patch; the theory is about l < n.";
        }

        Gate gate = separate ? Gate.None : Gate.SoftmaxSelected;
        if (layer.Gate != gate)
        {
            yield return $"model.layers[0].gate: for {SpecWords.Of(training.Method)} training the theory has '{SpecWords.Of(gate)}'; this network has '{SpecWords.Of(layer.Gate)}'.";
        }

        if (layer.Pooling != Pooling.Selected)
        {
            yield return $"model.layers[0].pooling: the theory divides by l ('selected'); this network has '{SpecWords.Of(layer.Pooling)}'.";
        }

        if (shape.Instances > 1)
        {
            yield return "model.input.groups: the theory is about one group of patches.";
        }
    }

    private static IEnumerable<string> OfNetwork(ModelSpec model, TrainingSpec training)
    {
        if (model.Backbone is not null)
        {
            yield return "model.backbone: the theory is about given patches; these are computed by a backbone, and n and d are those of its map.";
        }

        if (model.Layers[0].Map)
        {
            yield return "model.layers[0].output: the theory sums a neuron over its patches; this network's head sees each patch by itself ('map').";
        }

        if (model.Layers[0].Bias)
        {
            yield return "model.layers[0].bias: the theory's neurons have none.";
        }

        if (model.Head.Kind == HeadKind.Linear)
        {
            string classes = model.Loss == Loss.Logistic ? "" : $" for {model.Head.Outputs} classes";
            yield return $"model.head: the theory is about two classes and fixed output weights; this head{classes} is trained.";
        }

        if (training.Optimizer.Kind != OptimizerKind.Sgd)
        {
            yield return $"training.optimizer: the theory is about plain SGD; this network is trained with '{SpecWords.Of(training.Optimizer.Kind)}'.";
        }
    }
}
