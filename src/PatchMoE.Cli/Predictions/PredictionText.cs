using System.Globalization;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Predictions;

/// <summary>A prediction as a line of output.</summary>
/// <param name="named">Whether a line begins with the sample's name: if there may be several.</param>
/// <param name="top">How many classes a line has; null for the predicted one.</param>
/// <param name="hasClassNames">Whether the model's classes have names; without, the line of an array's row is its label alone, as it is in the data.</param>
/// <param name="json">Whether a line is a JSON object.</param>
internal sealed class PredictionText(bool named, int? top, bool hasClassNames, bool json)
{
    public string Of(Prediction prediction, string? name)
    {
        if (json)
        {
            return JsonLine.Of(new
            {
                Input = name,
                Class = prediction.ClassName,
                prediction.Index,
                prediction.Label,
                prediction.Probability,
                Probabilities = prediction.Top(top ?? prediction.Probabilities.Count).Select(one => new { Class = one.ClassName, one.Probability }),
            });
        }

        string text = top is null && name is null && !hasClassNames
            ? prediction.Label.ToString(CultureInfo.InvariantCulture)
            : string.Join(", ", prediction.Top(top ?? 1).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.ClassName} {one.Probability:0.00}")));
        return named && name is not (null or PredictionInput.StandardInputName) ? $"{name}\t{text}" : text;
    }
}
