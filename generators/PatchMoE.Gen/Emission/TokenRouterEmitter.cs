using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the router of a token-choice layer: scores, each patch's choice of experts, their capacity, the order of the pairs by expert, and the gates.</summary>
internal static class TokenRouterEmitter
{
    private static readonly Method s_capacity = new("Capacity", "int valid") { Returns = "int" };

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        TokenPlan token = layer.Token!;
        WriteRoute(writer, layer, token);
        if (token.HasCapacity)
        {
            WriteCapacity(writer, layer, token);
        }

        ScoresEmitter.WriteScores(writer, layer);
        if (TokenSoftmaxEmitter.IsNeeded(token))
        {
            TokenSoftmaxEmitter.Write(writer, layer, token);
        }

        if (layer.HasGate)
        {
            TokenGateEmitter.Write(writer, layer);
        }

        if (layer.TrainsRouter)
        {
            TokenGradientEmitter.Write(writer, layer);
        }

        if (token.HasAuxiliary)
        {
            AuxiliaryEmitter.WriteSums(writer, layer, token);
        }
    }

    /// <summary>The sizes that the runtime's methods take.</summary>
    private static string Sizes(LayerPlan layer) => $"valid, {layer.Patches}, {layer.Experts}, {layer.Token!.PerPatch}";

    private static void WriteRoute(SourceWriter writer, LayerPlan layer, TokenPlan token)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        writer.Kernel(LayerMethods.Route(layer), "Lets each patch choose its experts, and lists the pairs of patch and expert by expert: scores, choices, routes and gates.", () =>
        {
            writer.Lines($"{block.Valid} = valid;");
            writer.Call(ScoresEmitter.Scores(layer).Call(("router", (Place)"parameters" + "RouterAt"), ("scores", (Place)"block" + "ScoresAt")));
            writer.Lines($"""
                ref int choices = ref {block.Choices};
                TokenChoice.Choose(ref Add(ref block, ScoresAt), {Sizes(layer)}, ref choices, ref Add(ref block, BestAt));
                """);
            if (TokenSoftmaxEmitter.IsNeeded(token))
            {
                writer.Call(TokenSoftmaxEmitter.Softmax.Call());
            }

            if (token.HasCapacity)
            {
                WriteLimit(writer, layer, token);
            }

            writer.Lines($"""
                ref int starts = ref {block.Start(0)};
                TokenChoice.Sort(ref choices, {Sizes(layer)}, ref starts, ref Add(ref integers, RoutesAt), ref {block.Places});
                integers = Add(ref starts, {layer.Experts});
                """);
            if (layer.HasGate)
            {
                writer.Call(TokenGateEmitter.Forward.Call());
            }
        });
    }

    private static void WriteLimit(SourceWriter writer, LayerPlan layer, TokenPlan token)
    {
        string sizes = $"{Sizes(layer)}, Capacity(valid), ref Add(ref integers, CountedAt)";
        if (!token.ByScore)
        {
            writer.Lines($"TokenChoice.Limit(ref choices, {sizes});");
            return;
        }

        writer.Lines($"""
            ref int order = ref Add(ref integers, OrderAt);
            TopScores.By{layer.Selection!.Kernel}(ref Add(ref block, PrioritiesAt), valid, {layer.Patches}, ref order, ref scratch);
            TokenChoice.LimitInOrder(ref choices, {sizes}, ref order);
            """);
    }

    private static void WriteCapacity(SourceWriter writer, LayerPlan layer, TokenPlan token)
    {
        void Documentation(SourceWriter doc)
        {
            string factor = Format.Number(token.Choice.CapacityFactor!.Value);
            doc.Summary($"The most patches that an expert takes of so many valid ones, ⌈{factor}·{token.PerPatch}·valid/{layer.Experts}⌉.");
            if (token.ByScore)
            {
                doc.Lines("/// <remarks>").Comment("///", $"The order of the patches: {layer.Selection!.Reason}.").Lines("/// </remarks>");
            }
        }

        writer.Method(s_capacity, Documentation, () => writer.Lines(
            $"return valid == {layer.Patches} ? {token.Capacity} : {DescriptionEmitter.ClassName}.Spec.Model.Layers[{layer.Index}].Choice!.Capacity(valid, {layer.Experts});"));
    }
}
