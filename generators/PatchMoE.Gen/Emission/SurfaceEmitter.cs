using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints what a user of the class sees: sizes, weights, passes, save and load.</summary>
internal static class SurfaceEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        WriteSizes(writer, plan);
        writer.Gap();
        WriteSpec(writer, plan);
        writer.Gap();
        WriteParameters(writer, plan);
        writer.Gap();
        WritePasses(writer, plan);
        writer.Gap();
        WriteFeatures(writer, plan);
        writer.Gap();
        WriteRoute(writer, plan);
        writer.Gap();
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

        writer.Lines($"/// <summary>The length of the parameter buffer: each tensor begins at a multiple of 16 values.</summary>\npublic const int ParameterLength = {plan.ParameterLength};");
    }

    private static void WriteSpec(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines($"/// <summary>The spec this class was compiled from: name and model.</summary>\npublic static PatchMoESpec Spec {{ get; }} = SpecReader.Read({Quote(plan.SpecJson)}, string.Empty).Spec!;");
        writer.Lines("""

            PatchMoESpec IPatchMoEModel.Spec => Spec;

            int IPatchMoEModel.InputLength => InputLength;

            int IPatchMoEModel.Outputs => Outputs;

            int IPatchMoEModel.FeatureLength => FeatureLength;
            """);
    }

    private static void WriteParameters(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines("""
            private static readonly IReadOnlyList<ParameterSpec> s_parameterSpecs = Spec.Model.Parameters();
            private readonly AlignedBuffer<float> _parameters = new(ParameterLength);

            /// <inheritdoc/>
            public IReadOnlyList<ParameterSpec> ParameterSpecs => s_parameterSpecs;

            /// <inheritdoc/>
            public Span<float> Parameters => _parameters.Span;

            AlignedBuffer<float> IPassKernels.ParameterBuffer => _parameters;
            """);
        foreach (ParameterSpec parameter in plan.Parameters)
        {
            writer.Gap();
            writer.Lines($"/// <summary><c>{parameter.Name}</c> [{string.Join(", ", parameter.Shape)}]{(parameter.HasGradient ? string.Empty : "; the loss gives it no gradient")}.</summary>");
            writer.Lines($"public Span<float> {MemberName(parameter)} => _parameters.Span.Slice({parameter.Offset}, {parameter.Length});");
        }
    }

    /// <summary>How many samples' scratch a pass without gradients needs.</summary>
    public static string ForwardSlots(ModelPlan plan) => plan.Bottom.HasWindow ? $"Math.Min(batch, {plan.Slots.Window})" : "1";

    /// <summary>The check of a batch's counts of valid patches.</summary>
    public static string GuardLengths(ModelPlan plan) => $"Guard.Lengths(lengths, batch, {plan.Bottom.Instances}, {plan.Bottom.Patches});";

    /// <summary>A tensor's name as a member: <c>layers.0.router.weight</c> is <c>Layer0RouterWeight</c>.</summary>
    public static string MemberName(ParameterSpec parameter) =>
        string.Concat(parameter.Name.Split('.').Select(part => char.ToUpperInvariant(part[0]) + part.Substring(1))).Replace("Layers", "Layer");

    private static void WritePasses(SourceWriter writer, ModelPlan plan)
    {
        string loss = plan.Model.Loss.ToString();
        string slots = ForwardSlots(plan);
        string lengths = GuardLengths(plan);
        writer.Lines($$"""
            /// <inheritdoc/>
            public Workspace CreateWorkspace(int threads = 1) => new(typeof({{plan.Target.Name}}), slotFloats: {{plan.Slots.Floats}}, slotIntegers: {{plan.Slots.Integers}}, panelFloats: {{plan.Slots.Panels}}, workerFloats: {{plan.Slots.WorkerFloats}}, sampleFlops: {{plan.Cost.ForwardFlops}}, threads);
            """);
        writer.Gap();
        TwinPasses.WriteForward(writer, plan, "Forward", "logits", "Outputs");
        writer.Gap();
        writer.Lines($$"""
            /// <inheritdoc/>
            public void Predict(ReadOnlySpan<float> input, Span<int> classes, Workspace workspace, ReadOnlySpan<int> lengths = default)
            {
                int batch = classes.Length;
                Guard.Length(input.Length, batch, InputLength, nameof(input));
                {{lengths}}
                workspace.Run(this, PassKind.Predict, batch, slots: {{slots}}, new PassArrays { Input = input, Lengths = lengths, Classes = classes });
            }

            /// <inheritdoc/>
            public double LossAndGradients(
                ReadOnlySpan<float> input,
                ReadOnlySpan<int> labels,
                Span<float> logits,
                Span<float> gradients,
                Workspace workspace,
                Span<float> inputGradient = default,
                ReadOnlySpan<int> lengths = default)
            {
                int batch = labels.Length;
                Guard.NotEmpty(batch);
                Guard.Labels(labels, Loss.{{loss}}, Outputs);
                Guard.Length(input.Length, batch, InputLength, nameof(input));
                Guard.Length(logits.Length, batch, Outputs, nameof(logits));
                Guard.Gradients(gradients.Length, ParameterLength);
                Guard.OptionalLength(inputGradient.Length, batch, InputLength, nameof(inputGradient));
                {{lengths}}
                workspace.Run(
                    this,
                    PassKind.LossAndGradients,
                    batch,
                    slots: Math.Min(batch, {{plan.Slots.Window}}),
                    new PassArrays { Input = input, Labels = labels, Lengths = lengths, Logits = logits, Gradients = gradients, InputGradient = inputGradient });
                return workspace.Loss / batch;
            }

            /// <inheritdoc/>
            public double SgdStep(
                ReadOnlySpan<float> input,
                ReadOnlySpan<int> labels,
                Span<float> logits,
                double learningRate,
                double weightDecay,
                Workspace workspace,
                ReadOnlySpan<int> lengths = default)
            {
                int batch = labels.Length;
                Guard.NotEmpty(batch);
                Guard.Labels(labels, Loss.{{loss}}, Outputs);
                Guard.Length(input.Length, batch, InputLength, nameof(input));
                Guard.Length(logits.Length, batch, Outputs, nameof(logits));
                {{lengths}}
                workspace.Run(
                    this,
                    PassKind.SgdStep,
                    batch,
                    slots: Math.Min(batch, {{plan.Slots.Window}}),
                    new PassArrays { Input = input, Labels = labels, Lengths = lengths, Logits = logits, Gradients = workspace.OwnGradients(ParameterLength), LearningRate = (float)learningRate, WeightDecay = (float)weightDecay });
                return workspace.IsFinite ? workspace.Loss / batch : double.NaN;
            }
            """);
        writer.Gap();
        TwinPasses.WriteBackward(writer, plan, "Backward", "logitsGradient", "Outputs");
    }

    /// <summary>The passes up to the feature vector: the network as a layer of a larger one.</summary>
    private static void WriteFeatures(SourceWriter writer, ModelPlan plan)
    {
        TwinPasses.WriteForward(writer, plan, "Features", "features", "FeatureLength");
        writer.Gap();
        TwinPasses.WriteBackward(writer, plan, "BackwardFeatures", "featuresGradient", "FeatureLength");
    }

    private static void WriteRoute(SourceWriter writer, ModelPlan plan)
    {
        const string signature = """
            /// <inheritdoc/>
            public void Route(
                ReadOnlySpan<float> input,
                Span<int> routes,
                Span<float> scores,
                Span<float> gates,
                Workspace workspace,
                ReadOnlySpan<int> lengths = default)
            """;
        if (!PassesEmitter.Routes(plan))
        {
            writer.Lines("""
                /// <inheritdoc/>
                public IReadOnlyList<int> RouteShape => [];

                """);
            writer.Lines(signature + " =>\n    throw new ArgumentException(\"Layer 0 is dense: every expert sees every patch, so there are no routes.\");");
            return;
        }

        EquatableArray<int> shape = plan.Model.RouteShape();
        int routes = shape.Aggregate(1, (product, size) => product * size);
        writer.Lines($"""
            private static readonly IReadOnlyList<int> s_routeShape = [{string.Join(", ", shape)}];

            /// <inheritdoc/>
            public IReadOnlyList<int> RouteShape => s_routeShape;

            """);
        using (writer.Block(signature))
        {
            writer.Lines($$"""
                int batch = Guard.Batch(routes.Length, {{routes}}, nameof(routes));
                Guard.Length(input.Length, batch, InputLength, nameof(input));
                Guard.OptionalLength(scores.Length, batch, {{routes}}, nameof(scores));
                Guard.OptionalLength(gates.Length, batch, {{routes}}, nameof(gates));
                {{GuardLengths(plan)}}
                workspace.Run(this, PassKind.Route, batch, slots: 1, new PassArrays { Input = input, Lengths = lengths, Routes = routes, Scores = scores, Gates = gates });
                """);
        }
    }

    private static void WriteFiles(SourceWriter writer, ModelPlan plan) => writer.Lines($$"""
        /// <summary>Draws initial weights; the same seed gives the same bits on every platform.</summary>
        /// <param name="seed">The seed.</param>
        /// <param name="init">Standard deviations of the weights; null takes the defaults.</param>
        public void Initialize(ulong seed, InitSpec? init = null) =>
            global::PatchMoE.Initialization.WeightInitializer.Initialize(Spec with { Training = TrainingSpec.Default with { Init = init ?? InitSpec.Default } }, seed, Parameters);

        /// <summary>Writes the weights as safetensors.</summary>
        /// <exception cref="BadInputException">The file cannot be written; an old one is untouched.</exception>
        public void Save(string path) => global::PatchMoE.Formats.WeightsFile.Save(path, Spec.Model, Parameters);

        /// <summary>A model with the weights of a safetensors file.</summary>
        /// <exception cref="BadInputException">The file is no safetensors file, or its tensors are not this model's.</exception>
        public static {{plan.Target.Name}} Load(string path)
        {
            {{plan.Target.Name}} model = new();
            global::PatchMoE.Formats.WeightsFile.Load(path, Spec.Model, model.Parameters);
            return model;
        }
        """);

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") + "\"";
}
