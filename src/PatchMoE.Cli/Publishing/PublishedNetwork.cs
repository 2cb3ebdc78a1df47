using System.Text;
using PatchMoE.Cli.Texts;
using PatchMoE.Compiler;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Publishing;

/// <summary>A trained network to compile to native code.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Parameters">The parameter buffer.</param>
/// <param name="Metadata">Class names and normalisation.</param>
internal sealed record PublishedNetwork(PatchMoESpec Spec, float[] Parameters, ModelMetadata Metadata)
{
    /// <summary>The name of its class.</summary>
    public string ClassName { get; } = PatchMoECompiler.ClassName(Spec.Name);

    /// <summary>What the names of its C functions and files begin with: the spec's name in lower case, <c>mnist_joint</c> for <c>MnistJoint</c> and for <c>mnist-joint</c>.</summary>
    public string Prefix { get; } = PrefixOf(Spec.Name);

    /// <summary>The names of the classes, in the order of their indices.</summary>
    public IReadOnlyList<string> ClassNames { get; } =
        [.. Enumerable.Range(0, ModelClasses.Count(Spec.Model)).Select(index => Metadata.ClassName(Spec.Model, index))];

    /// <summary>The number of valid-patch counts that a sample has: one, or with groups one for each.</summary>
    public int CountsPerSample { get; } = Spec.Model.LayerShapes()[0].Instances;

    /// <summary>The number of routes of a sample; 0 if layer 0 does not route.</summary>
    public int RoutesPerSample { get; } = Spec.Model.RouteShape() is { Count: > 0 } shape ? shape.Aggregate(1, (product, size) => product * size) : 0;

    /// <summary>Reads the weights.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="weightsPath">The weights.</param>
    /// <exception cref="BadInputException">The network has a backbone or reads texts, or the weights are not the network's.</exception>
    public static PublishedNetwork Read(PatchMoESpec spec, string weightsPath)
    {
        if (spec.Model.Backbone is not null)
        {
            throw new BadInputException($"{spec.Name}: the network has a backbone (model.backbone), which runs on torch only and cannot be compiled to native code. Use 'pmoe export' to make an ONNX model of it.");
        }

        if (TextInput.Takes(spec.Model))
        {
            throw new BadInputException($"{spec.Name}: the network reads texts (model.input.kind), which C code cannot cut into segments as the network wants them. Use it from C# with PatchMoE.Text.");
        }

        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        WeightsFile.Load(weightsPath, spec.Model, parameters);
        return new PublishedNetwork(spec, parameters, WeightsFile.ReadMetadata(weightsPath, spec.Model));
    }

    private static string PrefixOf(string name)
    {
        var prefix = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool isNewWord = char.IsAsciiLetterUpper(name[i]) && i > 0 && !char.IsAsciiLetterUpper(name[i - 1]) && char.IsAsciiLetterOrDigit(name[i - 1]);
            prefix.Append(isNewWord ? "_" : "").Append(char.IsAsciiLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '_');
        }

        return prefix.ToString();
    }
}
