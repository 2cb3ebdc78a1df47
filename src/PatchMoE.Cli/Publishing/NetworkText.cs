using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Compiler;

namespace PatchMoE.Cli.Publishing;

/// <summary>The C# that makes a model with the weights and metadata that were built in.</summary>
internal static class NetworkText
{
    /// <summary>The name of the resource with the parameter buffer, float32 with the least significant byte first.</summary>
    public const string Weights = "weights";

    /// <summary>The source.</summary>
    public static string Of(PublishedNetwork network) => $$"""
        using System.Runtime.InteropServices;
        using PatchMoE;

        namespace {{PatchMoECompiler.Namespace}}
        {
            public sealed partial class {{network.ClassName}};
        }

        /// <summary>The network with its weights.</summary>
        internal static class Trained
        {
            public static {{PatchMoECompiler.Namespace}}.{{network.ClassName}} Create()
            {
                var model = new {{PatchMoECompiler.Namespace}}.{{network.ClassName}} { Metadata = {{MetadataOf(network)}} };
                using Stream weights = typeof(Trained).Assembly.GetManifestResourceStream("{{Weights}}")!;
                Span<byte> bytes = MemoryMarshal.AsBytes(model.Parameters);
                weights.ReadExactly(bytes);
                if (!BitConverter.IsLittleEndian)
                {
                    foreach (ref float value in model.Parameters)
                    {
                        value = BitConverter.Int32BitsToSingle(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(BitConverter.SingleToInt32Bits(value)));
                    }
                }

                return model;
            }
        }

        """;

    private static string MetadataOf(PublishedNetwork network)
    {
        ModelMetadata metadata = network.Metadata;
        string classes = string.Join(", ", metadata.Classes.Select(name => SymbolDisplay.FormatLiteral(name, quote: true)));
        string normalization = metadata.Normalization is { } own ? $"new Normalization([{Numbers(own.Mean)}], [{Numbers(own.Deviation)}])" : "null";
        return $"new ModelMetadata {{ Classes = [{classes}], Normalization = {normalization} }}";
    }

    private static string Numbers(EquatableArray<float> values) => string.Join(", ", values.Select(value => value.ToString("R", CultureInfo.InvariantCulture) + "f"));
}
