using PatchMoE;

namespace Service;

/// <summary>What a request gets.</summary>
/// <param name="Class">The predicted class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">Those of all classes by name.</param>
/// <param name="Explanation">The patches that spoke most for the class; left out if they were not asked for.</param>
public sealed record Answer(string Class, float Probability, IReadOnlyDictionary<string, float> Probabilities, IReadOnlyList<SeenPatch>? Explanation)
{
    private const int ShownPatches = 5;

    public static Answer Of(Digits model, ReadOnlySpan<float> pixels, bool explain)
    {
        if (!explain)
        {
            return Of(model.Classify(pixels), null);
        }

        Explanation why = model.Explain(pixels);
        return Of(why.Prediction, [.. why.MostImportant(ShownPatches).Select(SeenPatch.Of)]);
    }

    private static Answer Of(Prediction prediction, IReadOnlyList<SeenPatch>? explanation) => new(
        prediction.ClassName,
        prediction.Probability,
        prediction.Top(int.MaxValue).ToDictionary(one => one.ClassName, one => one.Probability),
        explanation);
}

/// <summary>A patch of the picture.</summary>
/// <param name="X">Its left pixel.</param>
/// <param name="Y">Its top pixel.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Importance">What it added to the class's logit, less the mean of all classes.</param>
/// <param name="Experts">The experts that looked at it.</param>
public sealed record SeenPatch(int X, int Y, int Width, int Height, float Importance, IReadOnlyList<int> Experts)
{
    public static SeenPatch Of(ImportantPatch patch)
    {
        PixelRectangle pixels = patch.Place.Pixels!.Value;
        return new SeenPatch(pixels.X, pixels.Y, pixels.Width, pixels.Height, patch.Importance, [.. patch.Experts]);
    }
}
