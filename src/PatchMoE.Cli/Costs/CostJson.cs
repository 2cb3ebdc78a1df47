using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Costs;

/// <summary>The costs as one JSON line; FLOPs of one sample, bytes of the batch.</summary>
internal static class CostJson
{
    public static string Of(CostReport report) => JsonLine.Of(json =>
    {
        json.WriteString("name", report.Name);
        json.WriteNumber("batch", report.Batch);
        json.WriteStartArray("parts");
        foreach (CostPart part in report.Parts)
        {
            json.WriteStartObject();
            json.WriteString("name", part.Name);
            json.WriteNumber("weights", part.Weights);
            json.WriteNumber("forwardFlops", part.Forward);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("networks");
        foreach (ComparedCost network in report.Networks)
        {
            json.WriteStartObject();
            json.WriteString("name", network.Name);
            json.WriteNumber("weights", network.Weights);
            json.WriteNumber("layerForwardFlops", network.LayerForward);
            json.WriteNumber("forwardFlops", network.Cost.ForwardFlops);
            json.WriteNumber("backwardFlops", network.Cost.BackwardFlops);
            json.WriteNumber("forwardBytes", network.Cost.Forward(report.Batch).Bytes);
            json.WriteNumber("stepBytes", network.Cost.Step(report.Batch).Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
