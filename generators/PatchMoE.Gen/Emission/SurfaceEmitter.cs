using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints what a user of the class sees: sizes, weights, passes, save and load.</summary>
internal static class SurfaceEmitter
{
    private const string Span = "global::System.Span";
    private const string ReadOnlySpan = "global::System.ReadOnlySpan";

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteSizes(writer, plan);
        WriteSpec(writer, plan);
        WriteParameters(writer, plan);
        WritePasses(writer);
        WriteFiles(writer, plan);
    }

    private static void WriteSizes(SourceWriter writer, ModelPlan plan)
    {
        void Constant(string name, int value, string doc) => writer.Lines($"/// <summary>{doc}</summary>\npublic const int {name} = {value};\n");

        Constant("InputLength", plan.InputLength, $"Values of one sample, [{string.Join(", ", plan.Model.InputShape())}].");
        Constant("Outputs", plan.Head.Outputs, "C, the logits of one sample.");
        Constant("FeatureLength", plan.Head.Inputs, "m, the values of one sample's feature vector: the top layer's outputs, which the head sees.");
        if (plan.Model.Input is ImageInputSpec image)
        {
            Constant("ImageHeight", image.Height, "H, pixels.");
            Constant("ImageWidth", image.Width, "W, pixels.");
            Constant("ImageChannels", image.Channels, "Channels of a pixel.");
        }

        foreach (LayerPlan layer in plan.Layers)
        {
            string prefix = plan.Layers.Count == 1 ? string.Empty : $"Layer{layer.Index}";
            string of = plan.Layers.Count == 1 ? string.Empty : $" of layer {layer.Index}";
            if (layer.Instances > 1)
            {
                Constant($"{prefix}Groups", layer.Instances, $"T, the groups in which layer {layer.Index} runs.");
            }

            Constant($"{prefix}Patches", layer.Patches, $"n, the patches{of}.");
            Constant($"{prefix}PatchDimension", layer.Dimension, $"d, the values of a patch{of}.");
            Constant($"{prefix}Experts", layer.Shape.Experts, $"k, the experts{of}.");
            if (layer.Routing == Routing.ExpertChoice)
            {
                Constant($"{prefix}PatchesPerExpert", layer.Taken, $"l, the patches each expert{of} takes.");
            }

            Constant($"{prefix}NeuronsPerExpert", layer.Shape.Neurons, $"M, the neurons of each expert{of}.");
        }

        string part = plan.Model.EmbeddingTable() is null ? "the parameter buffer" : "a buffer of gradients, which has no table of tokens";
        writer.Lines($"/// <summary>The length of {part}: each tensor begins at a multiple of 16 values.</summary>\npublic const int ParameterLength = {plan.ParameterLength};");
    }

    private static void WriteSpec(SourceWriter writer, ModelPlan plan)
    {
        string description = $"global::{plan.Target.EmittedNamespace}.{DescriptionEmitter.ClassName}";
        writer.Gap().Lines($$"""
            private readonly global::PatchMoE.Kernels.CompiledNetwork _network = global::{{plan.Target.EmittedNamespace}}.Network.Create();

            /// <summary>The spec this class was compiled from: name and model.</summary>
            public static global::PatchMoE.PatchMoESpec Spec => {{description}}.Spec;

            /// <inheritdoc/>
            public global::System.Collections.Generic.IReadOnlyList<global::PatchMoE.ParameterSpec> ParameterSpecs =>
                {{description}}.ParameterSpecs;

            /// <inheritdoc/>
            public global::System.Collections.Generic.IReadOnlyList<int> RouteShape =>
                {{description}}.RouteShape;

            global::PatchMoE.PatchMoESpec global::PatchMoE.IPatchMoEModel.Spec => Spec;

            int global::PatchMoE.IPatchMoEModel.InputLength => InputLength;

            int global::PatchMoE.IPatchMoEModel.Outputs => Outputs;

            int global::PatchMoE.IPatchMoEModel.FeatureLength => FeatureLength;

            global::PatchMoE.Kernels.CompiledNetwork global::PatchMoE.ICompiledModel.Network => _network;
            """);
    }

    private static void WriteParameters(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines("""
            /// <inheritdoc/>
            public global::PatchMoE.ModelMetadata Metadata { get => _network.Metadata; set => _network.Metadata = value; }

            /// <inheritdoc/>
            public global::System.Span<float> Parameters => _network.Parameters;
            """);
        foreach (ParameterSpec parameter in plan.Model.Parameters())
        {
            writer.Lines($"/// <summary><c>{parameter.Name}</c> [{string.Join(", ", parameter.Shape)}]{(parameter.HasGradient ? string.Empty : "; the loss gives it no gradient")}.</summary>");
            writer.Lines($"public global::System.Span<float> {EmittedMembers.Name(parameter)} => _network.Tensor({parameter.Offset}, {parameter.Length});");
        }
    }

    /// <summary>The passes of <c>IPatchMoEModel</c>; the network checks their arguments.</summary>
    private static readonly Method[] s_passes =
    [
        Pass("Forward", $"{Span}<float> logits"),
        Pass("Predict", $"{Span}<int> classes"),
        Pass("Features", $"{Span}<float> features"),
        Pass("LossAndGradients", $"{ReadOnlySpan}<int> labels, {Span}<float> logits, {Span}<float> gradients", hasInputGradient: true) with { Returns = "double" },
        Pass("SgdStep", $"{ReadOnlySpan}<int> labels, {Span}<float> logits, double learningRate, double weightDecay") with { Returns = "double" },
        Pass("Backward", $"{ReadOnlySpan}<float> logitsGradient, {Span}<float> gradients", hasInputGradient: true),
        Pass("BackwardFeatures", $"{ReadOnlySpan}<float> featuresGradient, {Span}<float> gradients", hasInputGradient: true),
        Pass("Route", $"{Span}<int> routes, {Span}<float> scores, {Span}<float> gates"),
    ];

    private static Method Pass(string name, string arrays, bool hasInputGradient = false) => new(
        name,
        $"{ReadOnlySpan}<float> input", arrays, "global::PatchMoE.Workspace workspace", ($"{Span}<float> inputGradient = default", hasInputGradient),
        $"{ReadOnlySpan}<int> lengths = default") { Modifiers = "public" };

    private static void WritePasses(SourceWriter writer)
    {
        writer.Lines("""
            /// <inheritdoc/>
            public global::PatchMoE.Workspace CreateWorkspace(int threads = 1) => _network.CreateWorkspace(threads);
            """);
        foreach (Method pass in s_passes)
        {
            writer.Lines("/// <inheritdoc/>");
            writer.Declaration(pass, " =>");
            writer.Lines($"    _network.{pass.Name}({string.Join(", ", pass.Used.Select(parameter => parameter.Name))});");
        }
    }

    private static void WriteFiles(SourceWriter writer, ModelPlan plan) => writer.Lines($$"""
        /// <summary>Draws initial weights; the same seed gives the same bits on every platform.</summary>
        /// <param name="seed">The seed.</param>
        /// <param name="init">Standard deviations of the weights; null takes the defaults.</param>
        public void Initialize(ulong seed, global::PatchMoE.InitSpec? init = null) =>
            global::PatchMoE.Initialization.WeightInitializer.Initialize(
                Spec with { Training = global::PatchMoE.TrainingSpec.Default with { Init = init ?? global::PatchMoE.InitSpec.Default } }, seed, Parameters);

        /// <summary>Writes the weights as safetensors, with the spec and <see cref="Metadata"/>.</summary>
        /// <exception cref="global::PatchMoE.BadInputException">The file cannot be written; an old one is untouched.</exception>
        public void Save(string path) => global::PatchMoE.Formats.WeightsFile.Save(path, Spec, Parameters, Metadata);

        /// <summary>A model with the weights of a safetensors file, and the metadata stored with them.</summary>
        /// <exception cref="global::PatchMoE.BadInputException">The file is no safetensors file, or its tensors are not this model's.</exception>
        public static {{plan.Target.FullName}} Load(string path)
        {
            {{plan.Target.FullName}} model = new();
            global::PatchMoE.Formats.WeightsFile.Load(path, Spec.Model, model.Parameters);
            model.Metadata = global::PatchMoE.Formats.WeightsFile.ReadMetadata(path, Spec.Model);
            return model;
        }

        /// <summary>Frees the workspaces that calls without one have used; afterwards only passes with a workspace work.</summary>
        public void Dispose() => _network.Dispose();
        """);
}
