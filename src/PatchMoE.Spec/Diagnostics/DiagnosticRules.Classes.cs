namespace PatchMoE;

public static partial class DiagnosticRules
{
    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule ClassNotPartial = new(
        "PMOE060", DiagnosticLevel.Error, "The class is not partial",
        "The class '{0}' is not partial, so no code can be added to it.",
        "Declare it 'partial'.");

    /// <summary>{0} the class, {1} the type around it.</summary>
    public static readonly DiagnosticRule OuterTypeNotPartial = new(
        "PMOE061", DiagnosticLevel.Error, "The type around the class is not partial",
        "The class '{0}' lies in '{1}', which is not partial, so no code can be added to it.",
        "Declare '{1}' 'partial', or move the class out of it.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule GenericClass = new(
        "PMOE062", DiagnosticLevel.Error, "The class is generic",
        "The class '{0}' has type parameters, its own or those of a type around it, but a network has one fixed type.",
        "Remove the type parameters, or move the class out of the generic type.");

    /// <summary>{0} the path in the attribute.</summary>
    public static readonly DiagnosticRule SpecFileNotFound = new(
        "PMOE063", DiagnosticLevel.Error, "Spec file not found",
        "The spec '{0}' is not among the project's additional files.",
        "Add <AdditionalFiles Include=\"{0}\" /> to the project file, or correct the path.");

    /// <summary>{0} the path in the attribute, {1} the files that match.</summary>
    public static readonly DiagnosticRule SpecFileAmbiguous = new(
        "PMOE064", DiagnosticLevel.Error, "Several spec files match",
        "Several additional files end in '{0}': {1}.",
        "Write more of the path's folders.");

    /// <summary>{0} the spec's name, {1} the other class.</summary>
    public static readonly DiagnosticRule DuplicateSpecName = new(
        "PMOE065", DiagnosticLevel.Error, "Two classes with one spec name",
        "The class '{1}' is compiled from a spec of the name '{0}' too.",
        "Give one of the specs another name.");

    /// <summary>{0} the class, {1} the attribute.</summary>
    public static readonly DiagnosticRule FileAndAttributes = new(
        "PMOE066", DiagnosticLevel.Error, "Both a spec file and attributes",
        "The class '{0}' has a spec file and [{1}] too; a network is described by one of the two.",
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
        "PMOE071", DiagnosticLevel.Error, "The class is local to its file",
        "The class '{0}' is declared 'file', so code in another file cannot be added to it.",
        "Declare it 'internal'.");

    /// <summary>{0} the shorter argument, {1} the longer one, for example Patch and PatchHeight.</summary>
    public static readonly DiagnosticRule SizeGivenTwice = new(
        "PMOE072", DiagnosticLevel.Error, "A size given twice",
        "'{0}' sets the height and the width, and '{1}' sets one of them again.",
        "Keep '{0}', or give the height and the width one by one.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule EmittedName = new(
        "PMOE073", DiagnosticLevel.Error, "The class has a name that the emitted code uses",
        "The emitted code gives the name '{0}' to something else, so the class cannot have it.",
        "Give the class another name, for example '{0}Model'.");

    /// <summary>{0} the class, {1} what is in the way, for example "is abstract", {2} how to remove it.</summary>
    public static readonly DiagnosticRule NoPlainConstructor = new(
        "PMOE074", DiagnosticLevel.Error, "The class cannot be made without arguments",
        "The class '{0}' {1}, but its method 'Load' makes one with 'new()'.",
        "{2}.");

    /// <summary>{0} the path in the attribute, {1} why it is none.</summary>
    public static readonly DiagnosticRule NotASpecFile = new(
        "PMOE076", DiagnosticLevel.Error, "Not the path of a spec",
        "'{0}' is not the path of a spec: {1}.",
        "Give the path of a spec, for example \"specs/net.json\"; rename the file if it is one.");

    /// <summary>{0} the spec's name, {1} how to compile its pMoE layer alone, as a sentence.</summary>
    public static readonly DiagnosticRule BackboneNotCompiled = new(
        "PMOE079", DiagnosticLevel.Error, "A spec with a backbone cannot be compiled",
        "The spec '{0}' has a backbone, whose convolutions the torch backend computes; code is emitted for pMoE layers alone.",
        "Train it with 'pmoe train --backend torch'{1}.");
}
