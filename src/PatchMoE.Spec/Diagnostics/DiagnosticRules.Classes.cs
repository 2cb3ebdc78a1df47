namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule ClassNotPartial = new(
        "PMOE060", DiagnosticLevel.Error, "The class is not partial",
        "The class '{0}' is not partial, so no code can be added to it.",
        "Declare it 'partial'.");

    /// <summary>{0} the class, {1} the type around it.</summary>
    public static readonly DiagnosticRule OuterTypeNotPartial = new(
        "PMOE061", DiagnosticLevel.Error, "A containing type is not partial",
        "The class '{0}' is nested in '{1}', which is not partial, so no code can be added to it.",
        "Declare '{1}' 'partial', or move the class out of it.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule GenericClass = new(
        "PMOE062", DiagnosticLevel.Error, "The class is generic",
        "The class '{0}' has type parameters, its own or those of a containing type, but a network is one concrete type.",
        "Remove the type parameters, or move the class out of the generic type.");

    /// <summary>{0} the path in the attribute, {1} the files that there are, for example ", which are specs/a.json".</summary>
    public static readonly DiagnosticRule SpecFileNotFound = new(
        "PMOE063", DiagnosticLevel.Error, "Spec file not found",
        "The spec '{0}' is not among the project's additional files{1}.",
        "Add <AdditionalFiles Include=\"{0}\" /> to the project file, or correct the path.");

    /// <summary>{0} the path in the attribute, {1} the files that match.</summary>
    public static readonly DiagnosticRule SpecFileAmbiguous = new(
        "PMOE064", DiagnosticLevel.Error, "Several spec files match",
        "Several additional files end in '{0}': {1}.",
        "Include more folders in the path.");

    /// <summary>{0} the spec's name, {1} the other class.</summary>
    public static readonly DiagnosticRule DuplicateSpecName = new(
        "PMOE065", DiagnosticLevel.Error, "Two classes with the same spec name",
        "The class '{1}' is also compiled from a spec named '{0}'.",
        "Give one of the specs another name.");

    /// <summary>{0} the class, {1} the attribute.</summary>
    public static readonly DiagnosticRule FileAndAttributes = new(
        "PMOE066", DiagnosticLevel.Error, "Both a spec file and attributes",
        "The class '{0}' has both a spec file and [{1}], but only one of the two can describe the network.",
        "Remove [{1}], or the path in [PatchMoE].");

    /// <summary>{0} the class, {1} what is missing, for example "input attribute", {2} the attributes to choose from.</summary>
    public static readonly DiagnosticRule MissingAttribute = new(
        "PMOE067", DiagnosticLevel.Error, "An attribute is missing",
        "The class '{0}' has no spec file and no {1}.",
        "Add {2}, or the path of a spec file to [PatchMoE].");

    /// <summary>{0} the class, {1} the kind of attribute, for example "input".</summary>
    public static readonly DiagnosticRule SeveralAttributes = new(
        "PMOE068", DiagnosticLevel.Error, "Several attributes where one is allowed",
        "The class '{0}' has more than one {1} attribute.",
        "Keep one of them.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule StaticClass = new(
        "PMOE069", DiagnosticLevel.Error, "The class is static",
        "The class '{0}' is static, but a network is an object that holds its weights.",
        "Remove 'static'.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule RuntimeNotReferenced = new(
        "PMOE070", DiagnosticLevel.Error, "The runtime is not referenced",
        "The code of '{0}' needs the library PatchMoE, which this project does not reference.",
        "Add <PackageReference Include=\"PatchMoE\" /> to the project file.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule FileLocalClass = new(
        "PMOE071", DiagnosticLevel.Error, "The class is file-local",
        "The class '{0}' is file-local, so code in another file cannot be added to it.",
        "Declare it 'internal'.");

    /// <summary>{0} the shorter argument, {1} the longer one, for example Patch and PatchHeight.</summary>
    public static readonly DiagnosticRule SizeGivenTwice = new(
        "PMOE072", DiagnosticLevel.Error, "A size set twice",
        "'{0}' sets the height and the width, and '{1}' sets one of them again.",
        "Keep '{0}', or set the height and the width separately.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule EmittedName = new(
        "PMOE073", DiagnosticLevel.Error, "The class has the name of a generated member",
        "The class '{0}' gets a generated member named '{0}', but a C# class cannot have a member of its own name.",
        "Rename the class, for example to '{0}Model'.");

    /// <summary>{0} the class, {1} what is in the way, for example "is abstract", {2} how to remove it.</summary>
    public static readonly DiagnosticRule NoPlainConstructor = new(
        "PMOE074", DiagnosticLevel.Error, "The class cannot be constructed without arguments",
        "The class '{0}' {1}, but its method 'Load' constructs it with 'new()'.",
        "{2}.");

    /// <summary>{0} the path in the attribute, {1} why it is not one.</summary>
    public static readonly DiagnosticRule NotASpecFile = new(
        "PMOE076", DiagnosticLevel.Error, "Not a spec file",
        "'{0}' is not a spec file: {1}.",
        "Give the path of a spec, for example \"specs/net.json\"; rename the file if it is one.");

    /// <summary>{0} the user's member with its type, {1} the generated member, {2} the class.</summary>
    public static readonly DiagnosticRule EmittedMember = new(
        "PMOE077", DiagnosticLevel.Error, "A member clashes with a generated one",
        "The member '{0}' clashes with the member '{1}' that is generated for the class '{2}'.",
        "Rename '{0}'.");

    /// <summary>{0} the class, {1} the project's C# version, {2} the one needed.</summary>
    public static readonly DiagnosticRule LanguageVersionTooLow = new(
        "PMOE078", DiagnosticLevel.Error, "The C# version is too low",
        "The project uses C# {1}, but the generated code of the class '{0}' needs C# {2} or later.",
        "Set <LangVersion> to {2} or later in the project file, or remove the setting.");

    /// <summary>{0} the spec's name, {1} the backbone's map.</summary>
    public static readonly DiagnosticRule BackboneNotCompiled = new(
        "PMOE079", DiagnosticLevel.Error, "Backbones are not compiled",
        "The spec '{0}' has a backbone, but code is generated for pMoE layers only.",
        "Train it with 'pmoe train --backend torch', or compile a layer on the backbone's map: write a spec with an image input of {1}.");
}
