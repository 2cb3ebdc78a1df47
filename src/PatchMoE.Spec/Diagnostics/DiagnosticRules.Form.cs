namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} what was expected, {1} what was found.</summary>
    public static readonly DiagnosticRule InvalidJson = new(
        "PMOE001", DiagnosticLevel.Error, "The text is not valid JSON",
        "The text is not valid JSON: expected {0}, found {1}.",
        "Fix the JSON here; JSON allows neither comments nor trailing commas.");

    /// <summary>{0} the field, {1} the fields allowed there, {2} the closest of them or "one of these".</summary>
    public static readonly DiagnosticRule UnknownField = new(
        "PMOE002", DiagnosticLevel.Error, "Unknown field",
        "Unknown field '{0}'; the fields allowed here are {1}.",
        "Use {2}, or remove it.");

    /// <summary>{0} the type expected, {1} what was found, {2} an example.</summary>
    public static readonly DiagnosticRule WrongType = new(
        "PMOE003", DiagnosticLevel.Error, "Wrong type",
        "Expected {0}, found {1}.",
        "Write {0}, for example {2}.");

    /// <summary>{0} the field, {1} what it is.</summary>
    public static readonly DiagnosticRule MissingField = new(
        "PMOE004", DiagnosticLevel.Error, "Missing field",
        "The field '{0}' is missing.",
        "Add it: {1}.");

    /// <summary>{0} the word, {1} the words allowed there, {2} the closest of them or "one of these".</summary>
    public static readonly DiagnosticRule UnknownWord = new(
        "PMOE005", DiagnosticLevel.Error, "Unknown value",
        "'{0}' is not a valid value here; the valid values are {1}.",
        "Use {2}.");

    /// <summary>{0} the field, {1} the line of its first value, from 1.</summary>
    public static readonly DiagnosticRule DuplicateField = new(
        "PMOE006", DiagnosticLevel.Error, "Field set twice",
        "The field '{0}' is already set on line {1}.",
        "Keep one of the two.");

    /// <summary>{0} the name.</summary>
    public static readonly DiagnosticRule BadName = new(
        "PMOE007", DiagnosticLevel.Error, "Invalid spec name",
        "'{0}' is not a valid spec name: a name is a letter A to Z or a to z followed by such letters, digits, '-', '_' or '.', at most 100 characters in all.",
        "Use a name such as 'mnist-joint', or leave 'name' out to use the name of the file or class.");

    /// <summary>{0} what is expected, {1} the number of values found.</summary>
    public static readonly DiagnosticRule WrongCount = new(
        "PMOE008", DiagnosticLevel.Error, "Wrong number of values",
        "The array must have {0}, but it has {1}.",
        "Write {0}.");

    /// <summary>{0} what the path is of, for example "a .npy file".</summary>
    public static readonly DiagnosticRule EmptyText = new(
        "PMOE009", DiagnosticLevel.Error, "Empty path",
        "The path is empty.",
        "Write the path of {0}, relative to the spec file.");
}
