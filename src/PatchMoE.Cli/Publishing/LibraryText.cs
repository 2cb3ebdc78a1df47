namespace PatchMoE.Cli.Publishing;

/// <summary>The C# that gives a network C functions. <see cref="HeaderText"/> declares them.</summary>
internal static class LibraryText
{
    /// <summary>The source.</summary>
    public static string Of(PublishedNetwork network) => $$"""
        using System.Runtime.InteropServices;
        using Microsoft.Extensions.ObjectPool;
        using PatchMoE;

        internal static unsafe class Exports
        {
            private const int Done = 0;
            private const int Mistake = 1;

            private static readonly {{Compiler.PatchMoECompiler.Namespace}}.{{network.ClassName}} s_model = Trained.Create();
            private static readonly ObjectPool<Workspace> s_workspaces = s_model.CreatePool();
            private static readonly nint[] s_classNames = ClassNames();

            [ThreadStatic]
            private static nint t_error;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_input_length")]
            public static int InputLength() => Sizes.InputLength;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_lengths_per_sample")]
            public static int LengthsPerSample() => Sizes.LengthsPerSample;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_logits_per_sample")]
            public static int LogitsPerSample() => Sizes.Logits;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_routes_per_sample")]
            public static int RoutesPerSample() => Sizes.Routes;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_classes")]
            public static int Classes() => Sizes.Classes;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_class_name")]
            public static nint ClassName(int index) => (uint)index < (uint)s_classNames.Length ? s_classNames[index] : 0;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_last_error")]
            public static nint LastError() => t_error;

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_classify")]
            public static int Classify(float* input, int samples, int* lengths, int* classes, float* probabilities)
            {
                try
                {
                    ReadOnlySpan<float> inputs = Inputs(input, samples);
                    Require(classes, "classes", samples);
                    IReadOnlyList<Prediction> predictions = s_model.ClassifyBatch(inputs, Lengths(lengths, samples));
                    for (int b = 0; b < samples; b++)
                    {
                        classes[b] = predictions[b].Index;
                        if (probabilities != null)
                        {
                            predictions[b].Probabilities.ToArray().CopyTo(Span(probabilities + ((nint)b * Sizes.Classes), 1, Sizes.Classes));
                        }
                    }

                    return Done;
                }
                catch (Exception mistake)
                {
                    return Fail(mistake);
                }
            }

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_logits")]
            public static int Logits(float* input, int samples, int* lengths, float* logits)
            {
                Workspace? workspace = null;
                try
                {
                    ReadOnlySpan<float> inputs = Inputs(input, samples);
                    Require(logits, "logits", samples);
                    workspace = s_workspaces.Get();
                    s_model.Forward(Prepared(inputs), Span(logits, samples, Sizes.Logits), workspace, Lengths(lengths, samples));
                    return Done;
                }
                catch (Exception mistake)
                {
                    return Fail(mistake);
                }
                finally
                {
                    Return(workspace);
                }
            }

            [UnmanagedCallersOnly(EntryPoint = "{{network.Prefix}}_route")]
            public static int Route(float* input, int samples, int* lengths, int* routes, float* scores, float* gates)
            {
                Workspace? workspace = null;
                try
                {
                    ReadOnlySpan<float> inputs = Inputs(input, samples);
                    Require(routes, "routes", samples);
                    workspace = s_workspaces.Get();
                    s_model.Route(
                        Prepared(inputs),
                        Span(routes, samples, Sizes.Routes),
                        Span(scores, samples, Sizes.Routes),
                        Span(gates, samples, Sizes.Routes),
                        workspace,
                        Lengths(lengths, samples));
                    return Done;
                }
                catch (Exception mistake)
                {
                    return Fail(mistake);
                }
                finally
                {
                    Return(workspace);
                }
            }

            private static ReadOnlySpan<float> Inputs(float* input, int samples)
            {
                if (samples < 0)
                {
                    throw new ArgumentException($"samples is {samples}; it is 0 or more.");
                }

                if ((long)samples * Sizes.InputLength > int.MaxValue)
                {
                    throw new ArgumentException($"samples is {samples}; with {Sizes.InputLength} values each, at most {int.MaxValue / Sizes.InputLength} fit into one call.");
                }

                Require(input, "input", samples);
                return Span(input, samples, Sizes.InputLength);
            }

            private static ReadOnlySpan<int> Lengths(int* lengths, int samples) => Span(lengths, samples, Sizes.LengthsPerSample);

            private static void Require(void* pointer, string name, int samples)
            {
                if (pointer == null && samples > 0)
                {
                    throw new ArgumentException($"{name} is NULL; it is the address of an array.");
                }
            }

            private static Span<T> Span<T>(T* first, int samples, int perSample)
                where T : unmanaged =>
                first == null ? default : new Span<T>(first, checked(samples * perSample));

            /// <summary>The inputs as passes take them.</summary>
            private static ReadOnlySpan<float> Prepared(ReadOnlySpan<float> inputs)
            {
                if (s_model.Metadata.Normalization is not { } normalization)
                {
                    return inputs;
                }

                float[] copy = inputs.ToArray();
                normalization.Apply(copy);
                return copy;
            }

            private static void Return(Workspace? workspace)
            {
                if (workspace is not null)
                {
                    s_workspaces.Return(workspace);
                }
            }

            private static int Fail(Exception mistake)
            {
                Marshal.FreeCoTaskMem(t_error);
                t_error = Marshal.StringToCoTaskMemUTF8(mistake.Message);
                return Mistake;
            }

            private static nint[] ClassNames()
            {
                var names = new nint[Sizes.Classes];
                for (int index = 0; index < names.Length; index++)
                {
                    names[index] = Marshal.StringToCoTaskMemUTF8(s_model.Metadata.ClassName({{Compiler.PatchMoECompiler.Namespace}}.{{network.ClassName}}.Spec.Model, index));
                }

                return names;
            }
        }

        internal static class Sizes
        {
            public const int InputLength = {{network.Spec.Model.InputLength()}};
            public const int LengthsPerSample = {{network.CountsPerSample}};
            public const int Logits = {{network.Spec.Model.Head.Outputs}};
            public const int Routes = {{network.RoutesPerSample}};
            public const int Classes = {{network.ClassNames.Count}};
        }

        """;
}
