using System.Security.Cryptography;
using System.Text;

namespace PatchMoE.Gen.Planning;

/// <summary>Turns a valid spec into a plan: the stage between the spec and the text, where all choices are made.</summary>
internal static class Planner
{
    /// <summary>Rows of weights that pass together: four sums of lanes are made at once.</summary>
    public const int TileRows = 4;

    /// <summary>Plans a model.</summary>
    public static ModelPlan Plan(PatchMoESpec spec, TargetClass target)
    {
        ModelSpec model = spec.Model;
        EquatableArray<ParameterSpec> parameters = model.NetworkParameters();
        EquatableArray<LayerShape> shapes = model.LayerShapes();
        PatchAccess bottom = PatchAccess.Of(model.Input, model.Layers[0], shapes[0]);

        int copies = bottom.Source == PatchSource.Chosen ? shapes[0].Experts * shapes[0].PatchesPerExpert : shapes[0].Patches;
        int patchFloats = bottom.Copies ? Slots.Align(copies * shapes[0].Dimension) : 0;
        int floats = patchFloats;
        int integers = 0;
        int panels = 0;
        int auxiliary = 0;
        var layers = new List<LayerPlan>();
        for (int i = 0; i < shapes.Count; i++)
        {
            PatchAccess access = i == 0 ? bottom
                : layers[i - 1].Map is { } below ? WindowAccess.Of(below, model.Layers[i].Window!)
                : PatchAccess.Rows(shapes[i].Dimension, "the outputs of the layer below are its patches");
            int groups = i > 0 && model.Input is VectorsInputSpec { Groups.Count: > 0 } ? shapes[0].Instances / (shapes[i].Instances * shapes[i].Patches) : 0;
            LayerPlan layer = PlanLayer(i, model.Layers[i], shapes[i], groups, access, parameters, floats, integers, panels, auxiliary) with
            {
                Map = model.Layers[i].Map ? MapPlan.Of(shapes[i], i + 1 < shapes.Count ? model.Layers[i + 1].Window : null) : null,
            };
            floats = layer.FloatsEnd;
            integers += layer.Instances * layer.Block.Integers;
            panels += layer.PanelFloats;
            auxiliary += layer.HasAuxiliary ? TokenPlan.AuxiliaryLength(layer.Experts) : 0;
            layers.Add(layer);
        }

        HeadPlan head = PlanHead(model.Head, model.HeadInputs(), parameters);
        int logits = floats;
        int logitsGradient = logits + Slots.Align(head.Outputs);
        int loss = logitsGradient + Slots.Align(head.Outputs);
        floats = loss + Slots.Align(2);
        int selection = layers.Max(layer => layer.Selection?.Scratch ?? 0);
        int sample = integers + Slots.Align(selection);
        var slots = new Slots(
            Patches: bottom.Copies ? 0 : -1,
            Logits: logits,
            LogitsGradient: logitsGradient,
            Loss: loss,
            Floats: floats,
            Selection: selection > 0 ? integers : -1,
            Sample: bottom.Copies ? -1 : sample,
            Integers: bottom.Copies ? sample : sample + Slots.Align(1),
            Panels: panels,
            WorkerFloats: Math.Max(
                Math.Max(bottom.DecodesImage ? Slots.Align(model.InputLength()) : patchFloats, head.Gradient.WorkerFloats), layers.Max(layer => layer.WorkerFloats)),
            Window: layers[0].Kernel.Window is { } window ? Math.Max(window.Together, Slots.WindowFor(floats)) : Slots.WindowFor(floats));

        return new ModelPlan(
            target, spec.Name, Hash(SpecWriter.ModelToJson(spec)), model, parameters, ModelParameters.BufferLength(parameters), layers.ToEquatableArray(), head, slots);
    }

    private static LayerPlan PlanLayer(
        int index, LayerSpec layer, LayerShape shape, int groups, PatchAccess access, EquatableArray<ParameterSpec> parameters, int floats, int integers, int panels, int auxiliary)
    {
        bool dense = layer.Routing == Routing.Dense;
        bool choice = layer.Routing == Routing.ExpertChoice;
        TokenPlan? token = layer.Choice is null ? null : TokenPlan.Of(layer, shape, auxiliary);
        int neurons = dense ? shape.Outputs : shape.Neurons;
        int experts = dense ? 1 : shape.Experts;
        EquatableArray<TileRun> routerTiles = dense ? default : Split.Evenly(shape.Experts, TileRows);
        ExpertKernel kernel = ExpertKernel.Of(experts, token is not null ? (shape.Pairs + shape.PatchesPerExpert - 1) / shape.PatchesPerExpert : choice ? experts : 1, neurons, shape, access, lowest: index == 0 && !layer.Map);
        bool allScores = LayerPlan.ReachesAllScores(layer, token);
        bool ownScores = !allScores && (choice || token is not null) && layer.Gate != Gate.None;
        GradientPlan gradient = GradientPlan.ForExpert(
            neurons, hasRouter: ownScores, shape.Dimension, shape.PatchesPerExpert * shape.Instances, access) with { Prefetches = ExpertKernel.ExceedsCaches((long)experts * neurons * shape.Dimension) };
        return new LayerPlan(
            index,
            layer,
            shape,
            PatchGroups: groups,
            Experts: experts,
            Neurons: neurons,
            Access: access,
            Selection: choice ? Selection.Of(shape.Patches, shape.PatchesPerExpert) : token is { ByScore: true } ? Selection.OfAll(shape.Patches) : null,
            Block: BlockPlan.Of(layer, shape, token, kernel.ActivationStep),
            Floats: floats,
            Integers: integers,
            RouterTiles: routerTiles,
            Kernel: kernel,
            Gradient: dense ? gradient.Skipping(neurons) : gradient,
            RouterGradient: layer.Routing == Routing.Sample
                ? GradientPlan.ForRows(routerTiles, shape.Dimension, rowsPerSample: 1, access: null)
                : allScores ? GradientPlan.ForRows(routerTiles, shape.Dimension, shape.Patches * shape.Instances, access) : null,
            Panels: kernel is { Kind: ExpertKernelKind.Panels, PanelWindow: null } ? panels : -1,
            RouterOffset: Offset(parameters, index, ParameterRole.Router),
            ExpertsOffset: Offset(parameters, index, ParameterRole.Experts),
            BiasOffset: Offset(parameters, index, ParameterRole.ExpertsBias),
            Token: token);
    }

    private static HeadPlan PlanHead(HeadSpec head, int inputs, EquatableArray<ParameterSpec> parameters) => new(
        head,
        inputs,
        Split.Evenly(head.Outputs, TileRows),
        Offset(parameters, -1, ParameterRole.Head),
        Offset(parameters, -1, ParameterRole.HeadBias));

    private static int Offset(EquatableArray<ParameterSpec> parameters, int layer, ParameterRole role) =>
        parameters.FirstOrDefault(parameter => parameter.Layer == layer && parameter.Role == role)?.Offset ?? -1;

    private static string Hash(string text)
    {
        using SHA256 sha = SHA256.Create();
        byte[] bytes = sha.ComputeHash(Encoding.UTF8.GetBytes(text));
        return string.Concat(bytes.Take(8).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
