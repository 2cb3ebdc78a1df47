using System.Globalization;
using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Parsing;

/// <summary>
/// Turns the attributes of a class into the nodes of a spec, each with the place of its argument, so that the one reader of specs checks them.
/// </summary>
internal static class AttributeReader
{
    private static readonly string[] s_inputs = ["ImageInputAttribute", "VectorsInputAttribute", "TextInputAttribute"];
    private static readonly string[] s_layers = ["ExpertLayerAttribute", "TokenLayerAttribute", "DenseLayerAttribute", "SampleLayerAttribute"];
    private static readonly string[] s_heads = ["FixedHeadAttribute", "LinearHeadAttribute"];

    /// <summary>A class with a spec file has no attributes that describe the network too.</summary>
    public static void RejectBesideFile(INamedTypeSymbol symbol, List<SpecDiagnostic> diagnostics, CancellationToken cancellation)
    {
        foreach (AttributeData attribute in Find(symbol, [.. s_inputs, .. s_layers, .. s_heads]))
        {
            AttributeArguments arguments = AttributeArguments.Of(attribute, cancellation);
            diagnostics.Add(ClassParser.Report(DiagnosticRules.FileAndAttributes, arguments.AttributeSpan, symbol.Name, arguments.AttributeName));
        }
    }

    /// <summary>The spec's nodes; null if an attribute is missing or given twice.</summary>
    public static SpecNode? Read(AttributeData marker, INamedTypeSymbol symbol, SourceSpan name, List<SpecDiagnostic> diagnostics, CancellationToken cancellation)
    {
        AttributeArguments own = AttributeArguments.Of(marker, cancellation);
        AttributeArguments[] inputs = All(s_inputs, "input", "[ImageInput], [VectorsInput] or [TextInput]");
        AttributeArguments[] heads = All(s_heads, "head", "[FixedHead] or [LinearHead]");
        AttributeArguments[] layers = All(s_layers, "layer", "[ExpertLayer], [TokenLayer], [DenseLayer] or [SampleLayer]");
        if (inputs.Length != 1 || heads.Length != 1 || layers.Length == 0)
        {
            return null;
        }

        SpecNode model = Object(
            own.AttributeSpan,
            ("input", Input(inputs[0], diagnostics)),
            ("layers", new SpecArray(own.AttributeSpan, layers.Select(layer => Layer(layer, diagnostics)).ToEquatableArray())),
            ("head", Head(heads[0])),
            ("loss", Word<Loss>(own, "Loss") ?? new SpecString(own.AttributeSpan, SpecWords.Of(Loss.Logistic))));
        return Object(
            own.AttributeSpan,
            ("name", new SpecString(own.Span("Name"), own.Value("Name") as string ?? symbol.Name)),
            ("model", model));

        AttributeArguments[] All(string[] names, string kind, string choices)
        {
            AttributeArguments[] all = Find(symbol, names).Select(attribute => AttributeArguments.Of(attribute, cancellation)).ToArray();
            if (all.Length == 0)
            {
                diagnostics.Add(ClassParser.Report(DiagnosticRules.MissingAttribute, name, symbol.Name, $"{kind} attribute", choices));
            }
            else if (all.Length > 1 && names != s_layers)
            {
                diagnostics.Add(ClassParser.Report(DiagnosticRules.SeveralAttributes, all[1].AttributeSpan, symbol.Name, kind));
            }

            return all;
        }
    }

    private static SpecNode Input(AttributeArguments input, List<SpecDiagnostic> diagnostics) => input.AttributeName switch
    {
        "ImageInput" => Image(input, diagnostics),
        "TextInput" => Text(input),
        _ => Vectors(input),
    };

    private static SpecNode Image(AttributeArguments image, List<SpecDiagnostic> diagnostics) => Object(
        image.AttributeSpan,
        ("kind", new SpecString(image.AttributeSpan, "image")),
        ("height", Number(image, "height")),
        ("width", Number(image, "width")),
        ("channels", Number(image, "Channels")),
        ("patch", Size(image, "Patch", diagnostics)),
        ("stride", Size(image, "Stride", diagnostics)));

    private static SpecNode Vectors(AttributeArguments vectors) => Object(
        vectors.AttributeSpan,
        ("kind", new SpecString(vectors.AttributeSpan, "vectors")),
        ("patches", Number(vectors, "patches")),
        ("dimension", Number(vectors, "dimension")),
        ("groups", Numbers(vectors, "Groups")));

    private static SpecNode Text(AttributeArguments text) => Object(
        text.AttributeSpan,
        ("kind", new SpecString(text.AttributeSpan, "text")),
        ("levels", text.Has("Levels")
            ? new SpecArray(text.Span("Levels"), text.Values("Levels").Select(value => Word<TextUnit>(text.Span("Levels"), (int)value!)).ToEquatableArray())
            : null),
        ("maxSegments", Numbers(text, "maxSegments")),
        ("length", Number(text, "Length")),
        ("step", Number(text, "Step")),
        ("dimension", Number(text, "dimension")),
        ("embedding", Word<TextEmbedding>(text, "Embedding")),
        ("vocabulary", Number(text, "Vocabulary")),
        ("tokens", Word<TextTokens>(text, "Tokens")),
        ("encoding", text.Value("Encoding") is string encoding ? new SpecString(text.Span("Encoding"), encoding) : null),
        ("position", Boolean(text, "Position")));

    private static SpecNode Layer(AttributeArguments layer, List<SpecDiagnostic> diagnostics)
    {
        Routing routing = layer.AttributeName switch
        {
            "DenseLayer" => Routing.Dense,
            "SampleLayer" => Routing.Sample,
            "TokenLayer" => Routing.TokenChoice,
            _ => Routing.ExpertChoice,
        };
        return Object(
            layer.AttributeSpan,
            ("routing", new SpecString(layer.AttributeSpan, SpecWords.Of(routing))),
            ("experts", Number(layer, "Experts")),
            ("patchesPerExpert", Number(layer, "PatchesPerExpert")),
            ("expertsPerPatch", Number(layer, "ExpertsPerPatch")),
            ("neuronsPerExpert", Number(layer, "NeuronsPerExpert")),
            ("gate", Word<Gate>(layer, "Gate")),
            ("pooling", Word<Pooling>(layer, "Pooling")),
            ("bias", Boolean(layer, "Bias")),
            ("capacityFactor", Number(layer, "CapacityFactor")),
            ("priority", Word<Priority>(layer, "Priority")),
            ("balance", Balance(layer)),
            ("zLoss", Number(layer, "ZLoss")),
            ("output", layer.Value("Map") is bool map ? new SpecString(layer.Span("Map"), map ? "map" : "pooled") : null),
            ("window", Size(layer, "Window", diagnostics)),
            ("stride", Size(layer, "Stride", diagnostics)),
            ("padding", Word<Padding>(layer, "Padding")));
    }

    /// <summary>An attribute has no nested ones, so kind and weight stand side by side.</summary>
    private static SpecNode? Balance(AttributeArguments layer) => layer.Has("Balance") || layer.Has("BalanceWeight")
        ? Object(
            layer.Has("Balance") ? layer.Span("Balance") : layer.Span("BalanceWeight"),
            ("kind", Word<BalanceKind>(layer, "Balance")),
            ("weight", Number(layer, "BalanceWeight")))
        : null;

    private static SpecNode Head(AttributeArguments head) => head.AttributeName == "FixedHead"
        ? Object(
            head.AttributeSpan,
            ("kind", new SpecString(head.AttributeSpan, SpecWords.Of(HeadKind.Fixed))),
            ("weights", Word<HeadWeights>(head, "weights")))
        : Object(
            head.AttributeSpan,
            ("kind", new SpecString(head.AttributeSpan, SpecWords.Of(HeadKind.Linear))),
            ("outputs", Number(head, "outputs")),
            ("bias", Boolean(head, "Bias")));

    /// <summary>Either one number for both directions (<c>Patch</c>) or one for each (<c>PatchHeight</c>, <c>PatchWidth</c>).</summary>
    private static SpecNode? Size(AttributeArguments arguments, string name, List<SpecDiagnostic> diagnostics)
    {
        string[] single = new[] { $"{name}Height", $"{name}Width" }.Where(arguments.Has).ToArray();
        if (!arguments.Has(name))
        {
            return single.Length == 0
                ? null
                : new SpecArray(arguments.Span(single[0]), single.Select(part => Number(arguments, part)!).ToEquatableArray());
        }

        foreach (string part in single)
        {
            diagnostics.Add(ClassParser.Report(DiagnosticRules.SizeGivenTwice, arguments.Span(part), name, part));
        }

        return Number(arguments, name);
    }

    private static SpecNode Object(SourceSpan span, params (string Name, SpecNode? Value)[] fields) => new SpecObject(
        span,
        fields.Where(field => field.Value is not null).Select(field => new SpecField(field.Name, field.Value!.Span, field.Value)).ToEquatableArray());

    private static SpecNode? Number(AttributeArguments arguments, string name) =>
        arguments.Has(name) ? Number(arguments.Span(name), arguments.Value(name)) : null;

    private static SpecNode? Numbers(AttributeArguments arguments, string name) => arguments.Has(name)
        ? new SpecArray(arguments.Span(name), arguments.Values(name).Select(value => Number(arguments.Span(name), value)).ToEquatableArray())
        : null;

    private static SpecNode Number(SourceSpan span, object? value)
    {
        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return new SpecNumber(span, number, number.ToString("R", CultureInfo.InvariantCulture));
    }

    private static SpecNode? Boolean(AttributeArguments arguments, string name) =>
        arguments.Value(name) is bool value ? new SpecBoolean(arguments.Span(name), value) : null;

    /// <summary>The word of an enum argument; a number that names none is handed on as it is, for the reader to refuse.</summary>
    private static SpecNode? Word<T>(AttributeArguments arguments, string name)
        where T : struct, Enum => arguments.Value(name) is int value ? Word<T>(arguments.Span(name), value) : null;

    private static SpecNode Word<T>(SourceSpan span, int value)
        where T : struct, Enum
    {
        var word = (T)(object)value;
        return new SpecString(span, Enum.IsDefined(typeof(T), word) ? SpecWords.Of(word) : value.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<AttributeData> Find(INamedTypeSymbol symbol, string[] names) => symbol.GetAttributes().Where(attribute =>
        attribute.AttributeClass is { ContainingNamespace: { Name: "PatchMoE", ContainingNamespace.IsGlobalNamespace: true } } type && names.Contains(type.Name));
}
