using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the forward and the backward pass of one sample within its scratch: layer after layer, each instance on its own.</summary>
internal static class SampleEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        if (plan.Bottom.HasWindow)
        {
            WriteRoute(writer, plan);
        }

        WriteForward(writer, plan);
        WriteBackward(writer, plan);
    }

    /// <summary>Layer 0's part before the pre-activations, which it computes for a whole window.</summary>
    private static void WriteRoute(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        writer.Method(SampleMethods.Route(plan), "The patches and the routes of sample b in its scratch.", () =>
        {
            SampleMethods.WriteSample(writer, plan);
            if (layer.Routing != Routing.Dense || layer.Access.Copies)
            {
                SampleMethods.WritePatches(writer, plan);
            }

            writer.Loop("g", layer.Instances, _ => writer.Call(SampleMethods.RouteCall(plan, layer)));
            if (layer.Access.Source == PatchSource.Chosen)
            {
                writer.Call(LayerMethods.GatherAll.Of(LayerMethods.Owner(layer)).Call(
                    ("integers", BlockPlaces.InSlot(layer).Integers), ("rows", (Place)"slot" + "Slot.Patches")));
            }
        });
    }

    private static void WriteForward(SourceWriter writer, ModelPlan plan)
    {
        string from = plan.Bottom.HasWindow ? " from layer 0's outputs on" : string.Empty;
        writer.Method(SampleMethods.Forward(plan), $"The forward pass of sample b{from}: its logits, and in the scratch all that the backward pass needs.", () =>
        {
            if (SampleMethods.HasLayersOfItsOwn(plan))
            {
                writer.Call(SampleMethods.ForwardLayers(plan).Call());
            }

            writer.Call(HeadEmitter.Forward.Of(HeadEmitter.Owner(plan)).Call(
                ("y", SampleMethods.Outputs(plan.Top, "Outputs")), ("parameters", SampleMethods.Parameters), ("logits", (Place)"slot" + "Slot.Logits")));
        });
        if (!SampleMethods.HasLayersOfItsOwn(plan))
        {
            return;
        }

        writer.Gap();
        writer.Method(SampleMethods.ForwardLayers(plan), $"The layers of sample b{from}, up to the feature vector that the head sees.", () =>
        {
            if (plan.Layers.Any(layer => !layer.HasWindow && LayerMethods.Forward(layer).Used.Any(parameter => parameter.Name == "parameters")))
            {
                writer.Lines($"ref float parameters = ref {SampleMethods.Parameters};");
            }

            if (!plan.Bottom.HasWindow)
            {
                SampleMethods.WriteSample(writer, plan);
                SampleMethods.WritePatches(writer, plan);
            }

            foreach (LayerPlan layer in plan.Layers.Where(layer => !layer.HasWindow))
            {
                writer.Loop("g", layer.Instances, _ => writer.Call(SampleMethods.ForwardCall(plan, layer, SampleMethods.AllExperts(layer))));
            }
        });
    }

    private static void WriteBackward(SourceWriter writer, ModelPlan plan)
    {
        writer.Method(SampleMethods.Backward(plan), "The backward pass of sample b, from the logits' gradient down.", () =>
        {
            writer.Call(HeadEmitter.Backward.Of(HeadEmitter.Owner(plan)).Call(
                ("parameters", SampleMethods.Parameters),
                ("logitsGradient", (Place)"slot" + "Slot.LogitsGradient"),
                ("yGradient", SampleMethods.Outputs(plan.Top, "OutputGradients"))));
            writer.Call(SampleMethods.BackwardLayers(plan).Call());
        });
        const string summary = "The layers' backward pass of sample b, from the feature vector's gradient down, and the input's gradient if it is wanted.";
        writer.Method(SampleMethods.BackwardLayers(plan), summary, () =>
        {
            writer.Lines($"ref float parameters = ref {SampleMethods.Parameters};");
            foreach (LayerPlan layer in plan.Layers.Reverse())
            {
                WriteLayer(writer, plan, layer);
            }

            writer.Gap();
            WriteInputGradient(writer, plan);
        });
    }

    private static void WriteLayer(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        LayerPlan? below = layer.Index > 0 ? plan.Layers[layer.Index - 1] : null;
        if (below is not null)
        {
            writer.Lines($"Values.Clear(ref {SampleMethods.Outputs(below, "OutputGradients")}, {below.OutputFloats});");
        }

        writer.Loop("g", layer.Instances, _ =>
        {
            writer.Call(LayerMethods.Backward(layer).Of(LayerMethods.Owner(layer)).Call(
                [
                    ("yGradient", SampleMethods.InstanceOutputs(layer, "OutputGradients")),
                    .. SampleMethods.Block(layer),
                    ("factors", (Place)"auxiliary" + (layer.HasAuxiliary ? layer.Token!.Auxiliary + TokenPlan.TotalsOf(layer.Experts) : 0)),
                    .. SampleMethods.AllExperts(layer),
                ]));
            if (below is not null)
            {
                Place patches = SampleMethods.Outputs(below, "OutputGradients") + (BlockPlaces.Instance(layer) * (layer.Patches * layer.Dimension));
                WriteInputGradientCall(writer, plan, layer, patches);
            }
        });
    }

    private static void WriteInputGradient(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        using (writer.Block("if (pass.HasInputGradient)"))
        {
            writer.Lines($"ref float inputGradient = ref {(Place)"pass.InputGradient" + (B * plan.InputLength)};\nValues.Clear(ref inputGradient, {plan.InputLength});");
            if (layer.Access.Source == PatchSource.Copies)
            {
                writer.Lines($"Values.Clear(ref own, {layer.Patches * layer.Dimension});");
                WriteInputGradientCall(writer, plan, layer, "own");
                writer.Call(Im2ColEmitter.Backward.Of(Im2ColEmitter.Owner(plan)).Call(("image", "inputGradient"), ("rows", "own")));
                return;
            }

            writer.Loop("g", layer.Instances, _ => WriteInputGradientCall(
                writer, plan, layer, (Place)"inputGradient" + (BlockPlaces.Instance(layer) * (layer.Patches * layer.Access.RowStep))));
        }
    }

    private static void WriteInputGradientCall(SourceWriter writer, ModelPlan plan, LayerPlan layer, Place gradient) => writer.Call(
        LayerMethods.InputGradient(layer).Of(LayerMethods.Owner(layer)).Call([.. SampleMethods.Block(layer), ("xGradient", gradient), ("sums", "own")]));
}
