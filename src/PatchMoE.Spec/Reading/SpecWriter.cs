namespace PatchMoE;

/// <summary>Writes a spec as JSON.</summary>
public static class SpecWriter
{
    /// <summary>
    /// The canonical text of a spec: every field with its value, including defaults, in a fixed order, with '\n' line ends; reading it gives an
    /// equal spec. Fields of another kind are left out, and so are defaults that have no effect there (the momentum of plain SGD).
    /// </summary>
    /// <param name="spec">A valid spec.</param>
    public static string ToJson(PatchMoESpec spec)
    {
        var root = new ObjectWriter().Text("name", spec.Name).Block("model", Model(spec.Model));
        if (spec.Training is { } training)
        {
            root.Block("training", TrainingWriter.Training(training));
        }

        if (spec.Data is { } data)
        {
            root.Object("data", TrainingWriter.Data(data));
        }

        return root.ToBlock() + "\n";
    }

    /// <summary>The canonical text with only the <c>name</c> and <c>model</c> sections: what is compiled.</summary>
    /// <param name="spec">A valid spec.</param>
    public static string ModelToJson(PatchMoESpec spec) => ToJson(new PatchMoESpec(spec.Name, spec.Model));

    private static ObjectWriter Model(ModelSpec model)
    {
        ObjectWriter json = model.Backbone is { } backbone
            ? new ObjectWriter().Object("input", Image(backbone)).Object("backbone", Backbone(backbone, (ImageInputSpec)model.Input))
            : new ObjectWriter().Object("input", Input(model.Input));
        if (model.Layers.Count > 0)
        {
            json.Objects("layers", model.Layers.Select(layer => LayerWriter.Layer(layer, model.Input is ImageInputSpec, model.Backbone?.Output)));
        }

        return json.Object("head", Head(model.Head)).Word("loss", model.Loss);
    }

    private static ObjectWriter Image(BackboneSpec backbone) => new ObjectWriter()
        .Text("kind", "image")
        .Int("height", backbone.Height)
        .Int("width", backbone.Width)
        .Int("channels", backbone.Channels);

    private static ObjectWriter Backbone(BackboneSpec backbone, ImageInputSpec map)
    {
        ObjectWriter json = new ObjectWriter().Text("kind", "wrn").Ints("widths", backbone.Widths).Int("blocks", backbone.Blocks).Int("stem", backbone.Stem);
        return backbone.Output is { } output
            ? json.Ints("patch", [map.PatchHeight, map.PatchWidth]).Ints("stride", [map.StrideHeight, map.StrideWidth]).Word("output", output)
            : json;
    }

    private static ObjectWriter Input(InputSpec input) => input switch
    {
        ImageInputSpec image => new ObjectWriter()
            .Text("kind", "image")
            .Int("height", image.Height)
            .Int("width", image.Width)
            .Int("channels", image.Channels)
            .Ints("patch", [image.PatchHeight, image.PatchWidth])
            .Ints("stride", [image.StrideHeight, image.StrideWidth]),
        VectorsInputSpec { Text: { } text } => Text(text),
        VectorsInputSpec vectors => new ObjectWriter()
            .Text("kind", "vectors")
            .Int("patches", vectors.Patches)
            .Int("dimension", vectors.Dimension)
            .Ints("groups", vectors.Groups),
        _ => throw new ArgumentException($"Unknown input kind {input.GetType().Name}.", nameof(input)),
    };

    private static ObjectWriter Text(TextSpec text)
    {
        ObjectWriter json = new ObjectWriter()
            .Text("kind", "text")
            .Texts("levels", text.Levels.Select(level => SpecWords.Of(level.Unit)))
            .Ints("maxSegments", text.Levels.Select(level => level.MaximumSegments));
        if (text.Levels.Last().Unit == TextUnit.Ngram)
        {
            json.Int("length", text.NgramLength).Int("step", text.NgramStep);
        }

        json.Int("dimension", text.Dimension).Word("embedding", text.Embedding);
        if (text.Embedding == TextEmbedding.Trained)
        {
            json.Int("vocabulary", text.Vocabulary);
        }

        if (text.Embedding == TextEmbedding.Given)
        {
            return json;
        }

        json.Word("tokens", text.Tokens);
        return (text.Tokens == TextTokens.Bpe ? json.Text("encoding", text.Encoding) : json).Boolean("position", text.Position);
    }

    private static ObjectWriter Head(HeadSpec head)
    {
        ObjectWriter json = new ObjectWriter().Word("kind", head.Kind);
        return head.Kind == HeadKind.Fixed
            ? json.Word("weights", head.Weights).Int("outputs", head.Outputs)
            : json.Int("outputs", head.Outputs).Boolean("bias", head.Bias);
    }
}
