using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>The arrays in the scratch of one instance of a layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Floats">Where its floats begin.</param>
/// <param name="Integers">Where its integers begin.</param>
internal sealed record BlockPlaces(LayerPlan Layer, Place Floats, Place Integers)
{
    /// <summary>The variable that holds a token-choice expert's first pair.</summary>
    private const string Pair = "pair";

    /// <summary>Within a kernel of one instance, by its parameters' names.</summary>
    public static BlockPlaces Of(LayerPlan layer) => new(layer, "block", "integers");

    /// <summary>Behind the scratch of a sample: that of instance g.</summary>
    public static BlockPlaces InSlot(LayerPlan layer) => new(
        layer,
        (Place)"slot" + $"Slot.Layer{layer.Index}" + (Instance(layer) * layer.Block.Floats),
        (Place)"integers" + $"Slot.Layer{layer.Index}Integers" + (Instance(layer) * layer.Block.Integers));

    /// <summary>Behind the scratch of a window: that of instance g of sample b, whose integers have a name of their own.</summary>
    public static BlockPlaces InWindow(LayerPlan layer) => new(
        layer, (Place)"slots" + $"Slot.Layer{layer.Index}" + (B * "Slot.Floats") + (Instance(layer) * layer.Block.Floats), "choices");

    /// <summary>The index of an instance; a layer that runs once has none.</summary>
    public static Expression Instance(LayerPlan layer) => layer.Instances == 1 ? 0 : G;

    public static void WriteChoices(SourceWriter writer, LayerPlan layer)
    {
        Place choices = (Place)"integers" + $"Slot.Layer{layer.Index}Integers" + (B * "Slot.Integers") + (Instance(layer) * layer.Block.Integers);
        writer.Lines($"ref int choices = ref {choices};");
    }

    public Place Valid => Integers + "ValidAt";

    public Place Expert => Integers + "RoutesAt";

    public Place PatchSum => Floats + "PatchSumAt";

    /// <summary>Integers: where the pairs of a token-choice expert begin.</summary>
    public Place Start(Expression expert) => Integers + "StartsAt" + expert;

    public Place Choices => Integers + "ChoicesAt";

    public Place Places => Integers + "PlacesAt";

    public Place Routes(Expression expert) => Integers + "RoutesAt" + First(expert);

    public Place Scores(Expression expert) => Floats + "ScoresAt" + (expert * Layer.Patches);

    /// <summary>softmaxAll's, a row for each expert.</summary>
    public Place Probabilities(Expression expert) => Floats + "ProbabilitiesAt" + (expert * Layer.Patches);

    public Place Probability(Expression expert) => Floats + "ProbabilitiesAt" + expert;

    public Place Gates(Expression expert) => Floats + "GatesAt" + First(expert);

    public Place GateGradients(Expression expert) => Floats + "GateGradientsAt" + First(expert);

    public Place ScoreGradients(Expression expert) => Floats + "ScoreGradientsAt" + (Layer.HasDenseScores ? expert * Layer.Patches : First(expert));

    /// <summary>Those of a sample layer, and of a dense one, are the only expert's.</summary>
    public Place Activations(Expression expert) =>
        Floats + "ActivationsAt" + (Layer.HasRoutes ? First(expert) * Layer.Kernel.ActivationStep : 0);

    /// <summary>Prints how many patches an expert takes; of a token-choice layer also which of its pairs is the expert's first.</summary>
    public void WriteTaken(SourceWriter writer, Expression expert)
    {
        if (Layer.Token is not null)
        {
            writer.Lines($"int {Pair} = {Start(expert)};\nint taken = {Start(expert + 1)} - {Pair};");
            return;
        }

        writer.Lines(Layer.Routing == Routing.Sample ? $"int taken = {Expert} == {expert} ? {Integers} : 0;" : $"int taken = {Integers};");
    }

    /// <summary>The index of an expert's first patch among those of all.</summary>
    private Expression First(Expression expert) => Layer.Token is null ? expert * Layer.Taken : Expression.Name(Pair);
}
