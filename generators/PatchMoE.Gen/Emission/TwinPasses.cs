using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passes that there are twice: for the logits, and for the feature vector, which leaves the head out.</summary>
internal static class TwinPasses
{
    /// <summary>A pass without gradients.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="plan">The model.</param>
    /// <param name="kind">The method's name, and the kind of pass.</param>
    /// <param name="result">What it writes, for example <c>logits</c>.</param>
    /// <param name="length">The constant that says how many of them a sample has.</param>
    public static void WriteForward(SourceWriter writer, ModelPlan plan, string kind, string result, string length) => writer.Lines($$"""
        /// <inheritdoc/>
        public void {{kind}}(ReadOnlySpan<float> input, Span<float> {{result}}, Workspace workspace, ReadOnlySpan<int> lengths = default)
        {
            int batch = Guard.Batch({{result}}.Length, {{length}}, nameof({{result}}));
            Guard.Length(input.Length, batch, InputLength, nameof(input));
            {{SurfaceEmitter.GuardLengths(plan)}}
            workspace.Run(this, PassKind.{{kind}}, batch, slots: {{SurfaceEmitter.ForwardSlots(plan)}}, new PassArrays { Input = input, Lengths = lengths, {{Array(result)}} = {{result}} });
        }
        """);

    /// <summary>The gradients that follow from a gradient of what a forward pass gives.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="plan">The model.</param>
    /// <param name="kind">The method's name, and the kind of pass.</param>
    /// <param name="gradient">What it begins with, for example <c>logitsGradient</c>.</param>
    /// <param name="length">As in <see cref="WriteForward"/>.</param>
    public static void WriteBackward(SourceWriter writer, ModelPlan plan, string kind, string gradient, string length) => writer.Lines($$"""
        /// <inheritdoc/>
        public void {{kind}}(
            ReadOnlySpan<float> input,
            ReadOnlySpan<float> {{gradient}},
            Span<float> gradients,
            Workspace workspace,
            Span<float> inputGradient = default,
            ReadOnlySpan<int> lengths = default)
        {
            int batch = Guard.Batch({{gradient}}.Length, {{length}}, nameof({{gradient}}));
            Guard.Length(input.Length, batch, InputLength, nameof(input));
            Guard.Gradients(gradients.Length, ParameterLength);
            Guard.OptionalLength(inputGradient.Length, batch, InputLength, nameof(inputGradient));
            {{SurfaceEmitter.GuardLengths(plan)}}
            workspace.Run(
                this,
                PassKind.{{kind}},
                batch,
                slots: Math.Min(batch, {{plan.Slots.Window}}),
                new PassArrays { Input = input, Lengths = lengths, {{Array(gradient)}} = {{gradient}}, Gradients = gradients, InputGradient = inputGradient });
        }
        """);

    /// <summary>The name among a pass's arrays.</summary>
    private static string Array(string parameter) => char.ToUpperInvariant(parameter[0]) + parameter.Substring(1);
}
