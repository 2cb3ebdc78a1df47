namespace PatchMoE;

/// <summary>Writes a spec as JSON.</summary>
public static class SpecWriter
{
    /// <summary>
    /// The canonical text of a spec: every field with its value, defaults included, in one fixed order, '\n' line ends; reading it gives an
    /// equal spec.
    /// </summary>
    public static string ToJson(PatchMoESpec spec) => throw new NotSupportedException();

    /// <summary>The canonical text with only the <c>name</c> and <c>model</c> sections: what is compiled.</summary>
    public static string ModelToJson(PatchMoESpec spec) => throw new NotSupportedException();
}
