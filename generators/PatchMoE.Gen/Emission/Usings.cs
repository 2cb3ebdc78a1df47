namespace PatchMoE.Gen.Emission;

/// <summary>
/// The usings of the files that a user does not see. They stand inside the files' own namespace, and each type that has no type parameters gets an alias:
/// a project that has a <c>Math</c> in the namespace PatchMoE or System does not make the name ambiguous.
/// </summary>
internal static class Usings
{
    private static readonly string[] s_namespaces =
        ["System", "System.Collections.Generic", "System.Runtime.CompilerServices", "System.Runtime.Intrinsics", "PatchMoE", "PatchMoE.Kernels"];

    private static readonly (string Namespace, string[] Types)[] s_types =
    [
        ("System", ["ArgumentException", "Array", "Math", "MathF"]),
        ("System.Runtime.CompilerServices", ["MethodImplAttribute", "MethodImplOptions"]),
        ("System.Runtime.Intrinsics", ["Vector128", "Vector256", "Vector512"]),
        ("PatchMoE",
        [
            "BalanceKind", "BalanceSpec", "EquatableArray", "Gate", "HeadKind", "HeadSpec", "HeadWeights", "ImageInputSpec", "LayerSpec", "Loss", "ModelSpec", "Padding", "ParameterSpec",
            "PatchMoESpec", "Pooling", "Priority", "Routing", "TextEmbedding", "TextLevel", "TextSpec", "TextTokens", "TextUnit", "TokenChoiceSpec", "VectorsInputSpec", "WindowSpec",
            "Workspace",
        ]),
        ("PatchMoE.Kernels",
        [
            "AuxiliaryLosses", "CompiledNetwork", "ForwardPass", "GradientPass", "Guard", "InputBatch", "NetworkSizes", "Panels", "PredictPass", "RoutePass", "Simd128", "Simd256",
            "LaneSums", "Simd512", "SimdScalar", "StrictMath", "TokenChoice", "TopScores", "Values", "WeightTarget",
        ]),
    ];

    /// <summary>The usings of a file.</summary>
    /// <param name="body">What follows them.</param>
    public static string Of(string body)
    {
        HashSet<string> names = TypeNames(body);
        IEnumerable<string> aliases = s_types.SelectMany(group => group.Types
            .Where(type => names.Contains(type) || names.Contains(type.Replace("Attribute", string.Empty)))
            .Select(type => $"using {type} = global::{group.Namespace}.{type};"));
        return string.Join("\n", [
            .. s_namespaces.Select(name => $"using global::{name};"),
            "using static global::System.Runtime.CompilerServices.Unsafe;",
            .. aliases,
        ]);
    }

    /// <summary>The words outside comments and strings that begin as types do. The compiler's own lexer took a third of the time in which a model is written.</summary>
    private static HashSet<string> TypeNames(string code)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < code.Length; i++)
        {
            if (code[i] == '/' && code[i + 1] == '/')
            {
                i = code.IndexOf('\n', i);
            }
            else if (code[i] == '"')
            {
                i = code.IndexOf('"', i + 1);
            }
            else if (char.IsLetter(code[i]) || code[i] == '_')
            {
                int start = i;
                while (char.IsLetterOrDigit(code[i + 1]) || code[i + 1] == '_')
                {
                    i++;
                }

                if (char.IsUpper(code[start]))
                {
                    names.Add(code.Substring(start, i + 1 - start));
                }
            }
        }

        return names;
    }
}
