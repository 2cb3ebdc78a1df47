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
        ReportSections sections = Of(model.Metadata, engine, test);
        if (model.Spec.Model.Layers[0].Routing == Routing.Dense)
        {
            return sections;
        }

        string? Draw(IEnumerable<int> samples)
        {
            IReadOnlyList<RoutedSample> routed = RoutedSample.Of(model, workspace, test, samples.Take(PicturedSamples));
            return routed.Count == 0 ? null : RoutePicture.Draw(model.Spec.Model, routed, sections.Classes);
        }

        return sections with { Routes = Draw(sections.OfEachClass()), Mistakes = Draw(sections.MostConfidentMistakes().Select(answer => answer.Sample)) };
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
