using System.Text.Json;
using PatchMoE.Cli.Outputs;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The result of one training of a grid; a line of <c>cells.jsonl</c>.</summary>
/// <param name="Network">The network.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Hash">See <see cref="Cell.Hash"/>.</param>
/// <param name="Data">The folder that the images came from.</param>
/// <param name="TestAccuracy">The share of test samples whose class is predicted correctly, after the last epoch.</param>
/// <param name="Seconds">The duration of the training.</param>
/// <param name="RouterHitRate">See <see cref="EvaluationResult"/>; null if not defined.</param>
internal sealed record CellResult(string Network, int Samples, int Seed, string Hash, string Data, double TestAccuracy, double Seconds, double? RouterHitRate = null)
{
    public string ToJson() => JsonLine.Of(this);

    /// <summary>Parses the text written by <see cref="ToJson"/>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static CellResult FromJson(string line)
    {
        try
        {
            return JsonLine.Parse<CellResult>(line);
        }
        catch (JsonException failure)
        {
            throw new FormatException($"'{line}' is not the result of a training.", failure);
        }
    }
}
