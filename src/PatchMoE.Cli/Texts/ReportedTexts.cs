using PatchMoE.Reports;
using PatchMoE.Reports.Texts;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Texts;

/// <summary>The texts of a training report.</summary>
internal static class ReportedTexts
{
    private const int MostCharacters = 1500;

    /// <summary>Puts texts with the experts of their segments in place of pictures, where the samples are texts that are routed.</summary>
    /// <param name="sections">The report's sections.</param>
    /// <param name="model">The model.</param>
    /// <param name="test">The test data.</param>
    public static ReportSections Of(ReportSections sections, IPatchMoEModel model, Dataset test)
    {
        if (sections.Routes is null || test.Documents is not { } documents)
        {
            return sections;
        }

        RoutedText Route(int sample)
        {
            string label = model.Metadata.ClassName(model.Spec.Model, sections.Answers[sample].Class);
            return TextRouting.Of(model, $"{sections.Names[sample]}, {label}", documents[sample]).Beginning(MostCharacters);
        }

        return sections with
        {
            Routes = null,
            Mistakes = null,
            RoutedTexts = [.. sections.OfEachClass().Take(ReportSections.PicturedSamples).Select(Route)],
            MistakenTexts = [.. sections.MostConfidentMistakes().Take(ReportSections.PicturedSamples).Select(answer => Route(answer.Sample))],
        };
    }
}
