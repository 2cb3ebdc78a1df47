namespace PatchMoE;

public static partial class DiagnosticRules
{
    /// <summary>{0} what was expected, {1} what stands there.</summary>
    public static readonly DiagnosticRule InvalidJson = new(
        "PMOE001", DiagnosticLevel.Error, "The text is not valid JSON",
        "The text is not valid JSON: expected {0}, found {1}.",
        "Correct it here; JSON has no comments and no comma behind a last value.");

    /// <summary>{0} the field, {1} the fields known there, {2} the nearest of them or "one of these".</summary>
    public static readonly DiagnosticRule UnknownField = new(
        "PMOE002", DiagnosticLevel.Error, "Unknown field",
        "The field '{0}' is not known here; known are {1}.",
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

    /// <summary>{0} the word, {1} the words known there, {2} the nearest of them or "one of these".</summary>
    public static readonly DiagnosticRule UnknownWord = new(
        "PMOE005", DiagnosticLevel.Error, "Unknown word",
        "The word '{0}' is not known here; known are {1}.",
        "Use {2}.");

    /// <summary>{0} the field, {1} the line of its first value, from 1.</summary>
    public static readonly DiagnosticRule DuplicateField = new(
        "PMOE006", DiagnosticLevel.Error, "Field given twice",
        "The field '{0}' already has a value, on line {1}.",
        "Keep one of the two.");

    /// <summary>{0} the name.</summary>
    public static readonly DiagnosticRule BadName = new(
        "PMOE007", DiagnosticLevel.Error, "Not a name",
        "'{0}' cannot be a spec's name: that is a letter A to Z or a to z, then letters, digits, '-', '_' and '.', 100 characters at most.",
        "Give the spec a name like 'mnist-joint'; without the field 'name' it has the name of its file or class.");

    /// <summary>{0} what is expected, {1} the number of values found.</summary>
    public static readonly DiagnosticRule WrongCount = new(
        "PMOE008", DiagnosticLevel.Error, "Wrong number of values",
        "The array takes {0}, but has {1}.",
        "Write {0}.");

    /// <summary>{0} what the path is of, for example "a .npy file".</summary>
    public static readonly DiagnosticRule EmptyText = new(
        "PMOE009", DiagnosticLevel.Error, "Empty path",
        "The path is empty.",
        "Write the path of {0}, relative to the spec file.");
}
