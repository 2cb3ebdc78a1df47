using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints what a model says about itself: its spec as the records that the generator read, its tensors and the shape of its routes.</summary>
internal static class DescriptionEmitter
{
    /// <summary>The class's name.</summary>
    public const string ClassName = "Description";

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        ModelSpec model = plan.Model;
        writer.Lines($"/// <summary>What the model says about itself.</summary>\n{HeaderEmitter.GeneratedCode}");
        using (writer.Block($"internal static class {ClassName}"))
        {
            writer.Lines($"""
                /// <summary>The spec: name and model.</summary>
                public static readonly PatchMoESpec Spec = new(
                    "{plan.SpecName}",
                    new ModelSpec(
                        {Input(model.Input)},
                        EquatableArray.Of(
                            {string.Join(",\n            ", model.Layers.Select(Layer))}),
                        new HeadSpec(HeadKind.{model.Head.Kind}, Outputs: {model.Head.Outputs}, HeadWeights.{model.Head.Weights}, {Bias(model.Head.Bias)}),
                        Loss.{model.Loss}));

                /// <summary>The tensors.</summary>
                public static readonly IReadOnlyList<ParameterSpec> ParameterSpecs = Spec.Model.Parameters();

                /// <summary>The shape of a sample's routes in layer 0.</summary>
                public static readonly IReadOnlyList<int> RouteShape = Array.AsReadOnly({RouteShape(plan)});
                """);
        }
    }

    private static string Input(InputSpec input) => input switch
    {
        ImageInputSpec image => $"new ImageInputSpec(Height: {image.Height}, Width: {image.Width}, Channels: {image.Channels}, PatchHeight: {image.PatchHeight}, PatchWidth: {image.PatchWidth}, StrideHeight: {image.StrideHeight}, StrideWidth: {image.StrideWidth})",
        VectorsInputSpec { Text: { } text } vectors => $"{Input(vectors with { Text = null })}\n            {{ Text = {Text(text)} }}",
        VectorsInputSpec { Groups.Count: 0 } vectors => $"new VectorsInputSpec(Patches: {vectors.Patches}, Dimension: {vectors.Dimension})",
        VectorsInputSpec vectors => $"new VectorsInputSpec(Patches: {vectors.Patches}, Dimension: {vectors.Dimension}, Groups: EquatableArray.Of({string.Join(", ", vectors.Groups)}))",
        _ => throw new ArgumentException("Unknown input kind.", nameof(input)),
    };

    private static string Text(TextSpec text) =>
        $"new TextSpec(EquatableArray.Of({string.Join(", ", text.Levels.Select(level => $"new TextLevel(TextUnit.{level.Unit}, MaximumSegments: {level.MaximumSegments})"))}),\n                Dimension: {text.Dimension}, TextEmbedding.{text.Embedding}, TextTokens.{text.Tokens}, Position: {(text.Position ? "true" : "false")}, NgramLength: {text.NgramLength}, NgramStep: {text.NgramStep}{(text.Vocabulary > 0 ? $", Vocabulary: {text.Vocabulary}" : string.Empty)}{(text.Encoding.Length > 0 ? $", Encoding: {SymbolDisplay.FormatLiteral(text.Encoding, quote: true)}" : string.Empty)})";

    private static string Layer(LayerSpec layer) =>
        $"new LayerSpec(Routing.{layer.Routing}, Experts: {layer.Experts}, NeuronsPerExpert: {layer.NeuronsPerExpert}, PatchesPerExpert: {layer.PatchesPerExpert},\n                Gate.{layer.Gate}, Pooling.{layer.Pooling}, {Bias(layer.Bias)}){Form(layer)}";

    /// <summary>What only some layers have.</summary>
    private static string Form(LayerSpec layer) => Initializer(
        indent: 12,
        layer.Choice is { } choice ? $"Choice = {Choice(choice)}" : null,
        layer.Map ? "Map = true" : null,
        layer.Window is { } w ? $"Window = new WindowSpec({w.Height}, {w.Width}, {w.StrideHeight}, {w.StrideWidth}, Padding.{w.Padding})" : null);

    private static string Choice(TokenChoiceSpec choice) => $"new TokenChoiceSpec(ExpertsPerPatch: {choice.ExpertsPerPatch})" + Initializer(
        indent: 14,
        choice.CapacityFactor is { } factor ? $"CapacityFactor = {Format.Number(factor)}" : null,
        choice.Priority == Priority.Order ? null : $"Priority = Priority.{choice.Priority}",
        choice.Balance is { } balance ? $"Balance = new BalanceSpec(BalanceKind.{balance.Kind}, Weight: {Format.Number(balance.Weight)})" : null,
        choice.ZLoss > 0 ? $"ZLoss = {Format.Number(choice.ZLoss)}" : null);

    /// <summary>The properties that differ from their defaults, one on each line.</summary>
    private static string Initializer(int indent, params string?[] properties)
    {
        string margin = "\n" + new string(' ', indent);
        return properties.OfType<string>().ToArray() is { Length: > 0 } set ? $"{margin}{{ {string.Join($",{margin}  ", set)} }}" : string.Empty;
    }

    private static string Bias(bool bias) => bias ? "Bias: true" : "Bias: false";

    private static string RouteShape(ModelPlan plan) =>
        plan.RouteLength > 0 ? $"new[] {{ {string.Join(", ", plan.Model.RouteShape())} }}" : "new int[0]";
}
