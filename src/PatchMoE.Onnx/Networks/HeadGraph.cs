using PatchMoE.Onnx.Graphs;
using PatchMoE.Onnx.Layers;
using static Onnx.TensorProto.Types;

namespace PatchMoE.Onnx.Networks;

/// <summary>The head and what follows from the logits.</summary>
internal static class HeadGraph
{
    /// <summary>Writes the outputs logits, probabilities and class.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="model">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="features">The head's input, [B, m].</param>
    public static void Write(GraphWriter graph, ModelSpec model, NetworkWeights weights, string features)
    {
        HeadSpec head = model.Head;
        string matrix = graph.Constant("head.weight", weights["head.weight"], head.Outputs, model.HeadInputs());
        string[] bias = head.Bias ? [graph.Constant("head.bias", weights["head.bias"], head.Outputs)] : [];
        string logits = graph.Node("Gemm", PublicNames.Logits, [features, matrix, .. bias], NodeAttribute.Int("transB", 1));
        graph.Output(logits, DataType.Float, "The logits.", PublicNames.Batch, head.Outputs);
        if (model.Loss == Loss.Logistic)
        {
            OfOneLogit(graph, logits);
        }
        else
        {
            // The first of equal logits.
            graph.Softmax(PublicNames.Probabilities, logits);
            graph.Node("ArgMax", PublicNames.Class, [logits], NodeAttribute.Int("axis", 1), NodeAttribute.Int("keepdims", 0));
        }

        graph.Output(PublicNames.Probabilities, DataType.Float, "The probability of each class.", PublicNames.Batch, ModelClasses.Count(model));
        graph.Output(PublicNames.Class, DataType.Int64, "The index of the predicted class.", PublicNames.Batch);
    }

    /// <summary>Class 0 is the label −1, with probability σ(−f), and class 1 the label +1, with σ(f); 1 is predicted where f &gt; 0.</summary>
    private static void OfOneLogit(GraphWriter graph, string logits)
    {
        string both = graph.Node("Concat", "logits/both", [graph.Node("Neg", "logits/negative", [logits]), logits], NodeAttribute.Int("axis", 1));
        graph.Node("Sigmoid", PublicNames.Probabilities, [both]);
        string positive = graph.Node("Greater", "class/positive", [graph.Reshape("logits/flat", logits, -1), graph.Constant("class/positive.zero", [0f])]);
        graph.Node("Cast", PublicNames.Class, [positive], NodeAttribute.Int("to", (long)DataType.Int64));
    }
}
