using PatchMoE.Reports.Texts;
using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Reports;

/// <summary>What a trained network does with the test data, for its report.</summary>
/// <param name="Classes">The names of the classes, in the order of the labels.</param>
/// <param name="Answers">Its answers for the test data.</param>
/// <param name="Names">What the samples are called; empty if they have no names.</param>
/// <param name="Routes">A picture of what the experts look at; null if nothing is routed.</param>
/// <param name="Mistakes">The same for wrong answers, the most confident first; null if there are none.</param>
public sealed record ReportSections(
    IReadOnlyList<string> Classes, IReadOnlyList<Answer> Answers, IReadOnlyList<string> Names, string? Routes = null, string? Mistakes = null)
{
    /// <summary>Pictures of what the experts of upper layers took, by layer, as the pixels that their windows see.</summary>
    internal IReadOnlyList<(int Layer, string Picture)> Upper { get; init; } = [];

    /// <summary>What the experts of layer 0 specialise in; empty if it does not route.</summary>
    internal IReadOnlyList<ExpertProfile> Experts { get; init; } = [];

    /// <summary>The number of samples in a picture.</summary>
    internal const int PicturedSamples = 8;

    /// <summary>In place of <see cref="Routes"/>, texts with the experts of their segments; empty where samples are no texts.</summary>
    internal IReadOnlyList<RoutedText> RoutedTexts { get; init; } = [];

    /// <summary>In place of <see cref="Mistakes"/>.</summary>
    internal IReadOnlyList<RoutedText> MistakenTexts { get; init; } = [];

    /// <summary>The answers of a network that cannot show its routes.</summary>
    /// <param name="metadata">The names of the classes.</param>
    /// <param name="engine">Computes the passes with its own weights.</param>
    /// <param name="test">The test data.</param>
    public static ReportSections Of(ModelMetadata metadata, INetworkEngine engine, Dataset test) =>
        new(NamesOf(metadata, engine.Spec.Model), PatchMoE.Training.Evaluation.Answers.Of(engine, test), test.Names);

    /// <summary>Answers and routes.</summary>
    /// <param name="model">The compiled model with its metadata.</param>
    /// <param name="engine">Computes the passes with the same weights.</param>
    /// <param name="workspace">A workspace of the model.</param>
    /// <param name="test">The test data.</param>
    public static ReportSections Of(IPatchMoEModel model, INetworkEngine engine, Workspace workspace, Dataset test)
    {
        return Of(model, engine, workspace, test, (_, _) => []);
    }

    /// <summary>Answers, routes, the choices of upper layers, and what the experts specialise in.</summary>
    /// <param name="model">The compiled model with its metadata.</param>
    /// <param name="engine">Computes the passes with the same weights.</param>
    /// <param name="workspace">A workspace of the model.</param>
    /// <param name="test">The test data.</param>
    /// <param name="upperLayers">Finds what the experts of upper layers take of samples of the data.</param>
    internal static ReportSections Of(
        IPatchMoEModel model, INetworkEngine engine, Workspace workspace, Dataset test, Func<Dataset, IReadOnlyList<int>, IReadOnlyList<LayerChoices>> upperLayers)
    {
        ReportSections sections = Of(model.Metadata, engine, test);
        ModelSpec spec = model.Spec.Model;
        int[] pictured = [.. sections.OfEachClass().Take(PicturedSamples)];
        int[] wrong = [.. sections.MostConfidentMistakes().Select(answer => answer.Sample).Take(PicturedSamples)];
        IReadOnlyList<LayerChoices> upper = upperLayers(test, pictured);
        if (upper.Count > 0)
        {
            IReadOnlyList<RoutedSample> samples = RoutedSample.Predicted(model, workspace, test, pictured);
            sections = sections with { Upper = [.. upper.Select(choices => (choices.Layer, RouteGallery.Panels(spec, choices, samples, sections.Classes)))] };
        }

        if (spec.Layers[0].Routing == Routing.Dense)
        {
            return upper.Count == 0 || wrong.Length == 0 ? sections
                : sections with { Mistakes = RouteGallery.Panels(spec, upperLayers(test, wrong)[^1], RoutedSample.Predicted(model, workspace, test, wrong), sections.Classes) };
        }

        string? Draw(int[] samples) => samples.Length == 0 ? null : RouteGallery.OfLowest(spec, RoutedSample.Of(model, workspace, test, samples), sections.Classes);
        return sections with { Routes = Draw(pictured), Mistakes = Draw(wrong), Experts = ExpertProfile.Of(model, workspace, test) };
    }

    /// <summary>The samples in their order, but of each class in turn.</summary>
    internal IEnumerable<int> OfEachClass() => Answers
        .GroupBy(answer => answer.Class)
        .SelectMany(same => same.Select((answer, turn) => (turn, answer.Class, answer.Sample)))
        .OrderBy(one => one.turn)
        .ThenBy(one => one.Class)
        .Select(one => one.Sample);

    /// <summary>The wrong answers, the most confident first.</summary>
    internal IEnumerable<Answer> MostConfidentMistakes() => Answers.Where(answer => !answer.IsRight).OrderByDescending(answer => answer.Probability);

    private static IReadOnlyList<string> NamesOf(ModelMetadata metadata, ModelSpec model) =>
        [.. Enumerable.Range(0, ModelClasses.Count(model)).Select(index => metadata.ClassName(model, index))];
}
