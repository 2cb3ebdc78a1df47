using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passes up to the feature vector, which leave the head out: the network as a layer of a larger one.</summary>
internal static class FeaturesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        string lengths = $"Guard.Lengths(lengths, batch, {plan.Bottom.Instances}, {plan.Bottom.Patches});";
        writer.Lines($$"""
            /// <inheritdoc/>
            public void Features(ReadOnlySpan<float> input, Span<float> features, Workspace workspace, ReadOnlySpan<int> lengths = default)
            {
                int batch = Guard.Batch(features.Length, FeatureLength, nameof(features));
                Guard.Length(input.Length, batch, InputLength, nameof(input));
                {{lengths}}
                workspace.Run(this, PassKind.Features, batch, slots: {{SurfaceEmitter.ForwardSlots(plan)}}, new PassArrays { Input = input, Lengths = lengths, Features = features });
            }

            /// <inheritdoc/>
            public void BackwardFeatures(
                ReadOnlySpan<float> input,
                ReadOnlySpan<float> featuresGradient,
                Span<float> gradients,
                Workspace workspace,
                Span<float> inputGradient = default,
                ReadOnlySpan<int> lengths = default)
            {
                int batch = Guard.Batch(featuresGradient.Length, FeatureLength, nameof(featuresGradient));
                Guard.Length(input.Length, batch, InputLength, nameof(input));
                Guard.Gradients(gradients.Length, ParameterLength);
                Guard.OptionalLength(inputGradient.Length, batch, InputLength, nameof(inputGradient));
                {{lengths}}
                workspace.Run(
                    this,
                    PassKind.BackwardFeatures,
                    batch,
                    slots: Math.Min(batch, {{plan.Slots.Window}}),
                    new PassArrays { Input = input, Lengths = lengths, FeaturesGradient = featuresGradient, Gradients = gradients, InputGradient = inputGradient });
            }
            """);
    }
}
