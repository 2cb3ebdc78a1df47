namespace PatchMoE;

/// <summary>Writes one element of <c>model.layers</c>.</summary>
internal static class LayerWriter
{
    /// <summary>The layer's object on one line.</summary>
    /// <param name="layer">A valid layer.</param>
    /// <param name="isImage">Whether its patches are on a grid of rows and columns.</param>
    /// <param name="output">What the layer hands on to a backbone's head; null without a backbone.</param>
    public static ObjectWriter Layer(LayerSpec layer, bool isImage, LayerOutput? output)
    {
        ObjectWriter json = new ObjectWriter().Word("routing", layer.Routing).Int("experts", layer.Experts);
        if (layer.Routing == Routing.ExpertChoice)
        {
            json.Int("patchesPerExpert", layer.PatchesPerExpert);
        }

        if (layer.Choice is { } choice)
        {
            json.Int("expertsPerPatch", choice.ExpertsPerPatch);
        }

        json.Int("neuronsPerExpert", layer.NeuronsPerExpert);
        if (layer.Routing is Routing.ExpertChoice or Routing.TokenChoice)
        {
            json.Word("gate", layer.Gate);
            if (output != LayerOutput.Map && !layer.Map)
            {
                json.Word("pooling", layer.Pooling);
            }
        }

        json.Boolean("bias", layer.Bias);
        if (layer.Choice is { } losses)
        {
            Choice(json, losses);
        }

        if (layer.Map)
        {
            json.Text("output", "map");
        }

        return layer.Window is { } window ? Window(json, window, isImage) : json;
    }

    private static void Choice(ObjectWriter json, TokenChoiceSpec choice)
    {
        if (choice.CapacityFactor is { } factor)
        {
            json.Number("capacityFactor", factor).Word("priority", choice.Priority);
        }

        if (choice.Balance is { } balance)
        {
            json.Object("balance", new ObjectWriter().Word("kind", balance.Kind).Number("weight", balance.Weight));
        }

        json.NumberIf(hasEffect: false, "zLoss", choice.ZLoss, absent: 0);
    }

    private static ObjectWriter Window(ObjectWriter json, WindowSpec window, bool isImage) => json
        .Ints("window", isImage ? [window.Height, window.Width] : [window.Height])
        .Ints("stride", isImage ? [window.StrideHeight, window.StrideWidth] : [window.StrideHeight])
        .Word("padding", window.Padding);
}
