namespace PatchMoE;

/// <summary>
/// The table of all rules, numbered by subject: 001–009 form, 010–019 sizes, 020–029 head and loss, 030–039 layers and levels,
/// 040–049 training, 050–059 data, 060–079 classes and attributes, 080–089 backbones, 090–099 notices of a training, 100–105 data again, 106–119 texts. Each rule has a page in <c>docs/diagnostics</c>.
/// </summary>
internal static partial class DiagnosticRules
{
    /// <summary>All rules, by number.</summary>
    public static EquatableArray<DiagnosticRule> All => typeof(DiagnosticRules).GetFields()
        .Select(field => (DiagnosticRule)field.GetValue(null))
        .OrderBy(rule => rule.Id, StringComparer.Ordinal)
        .ToEquatableArray();
}
