namespace PatchMoE.Formats;

/// <summary>The weights of a model as a safetensors file: one tensor for each of <see cref="ModelParameters.Parameters"/>.</summary>
public static class WeightsFile
{
    /// <summary>Loads all weights of a model. If anything is wrong, <paramref name="parameters"/> is left unchanged.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">A valid model.</param>
    /// <param name="parameters">The model's parameter buffer, <see cref="ModelParameters.BufferLength"/> values. Gaps between tensors stay unchanged.</param>
    /// <remarks>
    /// F16 and BF16 are widened to float32 and F64 is rounded. If the names of all tensors begin with the same prefix, as <c>module.</c> or <c>_orig_mod.</c>
    /// from wrappers of a PyTorch module, it is passed over.
    /// </remarks>
    /// <exception cref="BadInputException">
    /// The file cannot be read, or tensors are missing, unexpected, of another shape or contain NaN or infinity: the message names all of them.
    /// </exception>
    /// <exception cref="ArgumentException">The buffer's length is not the model's.</exception>
    public static void Load(string path, ModelSpec model, Span<float> parameters) => Load(path, model, parameters, out _);

    /// <summary>Loads all weights of a model, as <see cref="Load(string, ModelSpec, Span{float})"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">A valid model.</param>
    /// <param name="parameters">The model's parameter buffer.</param>
    /// <param name="prefix">What was passed over at the beginning of all names; empty for nothing.</param>
    internal static void Load(string path, ModelSpec model, Span<float> parameters, out string prefix)
    {
        EquatableArray<ParameterSpec> specs = model.Parameters();
        RequireBuffer(specs, parameters.Length);
        prefix = Fill(path, specs, parameters, passOver: _ => false);
    }

    /// <summary>Loads some tensors of a model, for example only those of its layers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="specs">The tensors.</param>
    /// <param name="parameters">The parameter buffer; if anything is wrong, it is left unchanged.</param>
    /// <param name="passOver">Tells by name whether a tensor of the file that is not among them may be ignored.</param>
    /// <exception cref="BadInputException">As in <see cref="Load(string, ModelSpec, Span{float})"/>.</exception>
    public static void Load(string path, IReadOnlyList<ParameterSpec> specs, Span<float> parameters, Func<string, bool> passOver) =>
        Fill(path, specs, parameters, passOver);

    /// <summary>Loads some tensors and returns the prefix of all names that was passed over.</summary>
    private static string Fill(string path, IReadOnlyList<ParameterSpec> specs, Span<float> parameters, Func<string, bool> passOver)
    {
        SafetensorsContent content = SafetensorsFile.Read(path);
        string prefix = PrefixOf([.. content.Tensors.Select(tensor => tensor.Name), .. content.Others.Select(other => other.Name)], specs);
        Dictionary<string, NamedTensor> tensors = content.Tensors.ToDictionary(tensor => tensor.Name[prefix.Length..]);
        Dictionary<string, SafetensorsEntry> others = content.Others.ToDictionary(other => other.Name[prefix.Length..]);
        string[] extras = [.. Extras(specs, tensors, others, passOver)];
        List<string> mistakes = [.. specs.Select(spec => Mistake(spec, tensors, others)).OfType<string>(), .. extras];
        if (mistakes.Count > 0)
        {
            string model = extras.Length == 0 ? "" : $"\nThe tensors of this model are {string.Join(", ", specs.Select(spec => $"{spec.Name} {ShapeText.Of(spec.Shape)}"))}.";
            string advice = extras.Length == mistakes.Count
                ? $"Save the file without {(extras.Length == 1 ? "it" : "them")}, or give the weights of this spec."
                : "Give the weights of this spec, or create new ones with 'pmoe init'.";
            throw new BadInputException($"{path}: these are not weights of this model:\n  {string.Join("\n  ", mistakes)}{model}\n{advice}");
        }

        foreach (ParameterSpec spec in specs)
        {
            tensors[spec.Name].Values.CopyTo(parameters[spec.Offset..]);
        }

        return prefix;
    }

    /// <summary>Saves all weights of a model.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <param name="model">A valid model.</param>
    /// <param name="parameters">The model's parameter buffer.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The buffer's length is not the model's.</exception>
    public static void Save(string path, ModelSpec model, ReadOnlySpan<float> parameters) => SafetensorsFile.Write(path, Tensors(model, parameters));

    /// <summary>Saves all weights of a trained model together with its spec and what an application must know to use it, so that one file is enough.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <param name="spec">A valid spec; its name and model are stored.</param>
    /// <param name="parameters">The model's parameter buffer.</param>
    /// <param name="metadata">Class names and the preparation of inputs.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The buffer's length is not the model's.</exception>
    public static void Save(string path, PatchMoESpec spec, ReadOnlySpan<float> parameters, ModelMetadata metadata) =>
        SafetensorsFile.Write(path, Tensors(spec.Model, parameters), MetadataText.Of(spec, metadata));

    /// <summary>Reads what was stored with the weights of a model; <see cref="ModelMetadata.None"/> if nothing was.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">A valid model.</param>
    /// <exception cref="BadInputException">The file cannot be read, or its metadata are damaged or another model's.</exception>
    public static ModelMetadata ReadMetadata(string path, ModelSpec model) => MetadataText.Read(path, SafetensorsFile.ReadMetadata(path), model);

    /// <summary>Reads the spec, name and model, that was stored with the weights; null if none was.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">The file cannot be read, or the spec in it is damaged.</exception>
    public static PatchMoESpec? ReadSpec(string path) => MetadataText.ReadSpec(path, SafetensorsFile.ReadMetadata(path));

    /// <summary>Copies a parameter buffer, or gradients with the same layout, into named tensors, in the order of the buffer.</summary>
    /// <param name="model">A valid model.</param>
    /// <param name="parameters">The buffer.</param>
    /// <exception cref="ArgumentException">The buffer's length is not the model's.</exception>
    internal static IReadOnlyList<NamedTensor> Tensors(ModelSpec model, ReadOnlySpan<float> parameters) => Tensors(model.Parameters(), parameters);

    /// <summary>Copies a buffer of some tensors into named tensors, in the order of the buffer.</summary>
    /// <param name="specs">The tensors.</param>
    /// <param name="parameters">The buffer.</param>
    /// <exception cref="ArgumentException">The buffer's length is not that of the tensors.</exception>
    internal static IReadOnlyList<NamedTensor> Tensors(EquatableArray<ParameterSpec> specs, ReadOnlySpan<float> parameters)
    {
        RequireBuffer(specs, parameters.Length);

        var tensors = new List<NamedTensor>();
        foreach (ParameterSpec spec in specs)
        {
            tensors.Add(new NamedTensor(spec.Name, [.. spec.Shape], parameters.Slice(spec.Offset, spec.Length).ToArray()));
        }

        return tensors;
    }

    private static void RequireBuffer(EquatableArray<ParameterSpec> specs, int length)
    {
        int needed = ModelParameters.BufferLength(specs);
        if (length != needed)
        {
            throw new ArgumentException($"The buffer has {length} values, but the model's parameters take {needed}.", "parameters");
        }
    }

    /// <summary>What all names of a file begin with before the names of a model's tensors; empty if there is no such prefix.</summary>
    private static string PrefixOf(IReadOnlyList<string> names, IReadOnlyList<ParameterSpec> specs)
    {
        if (names.Any(name => specs.Any(spec => spec.Name == name)))
        {
            return "";
        }

        IEnumerable<string> prefixes = names.SelectMany(name => specs.Where(spec => name.EndsWith("." + spec.Name, StringComparison.Ordinal)).Select(spec => name[..^spec.Name.Length]));
        return prefixes.FirstOrDefault(prefix => names.All(name => name.StartsWith(prefix, StringComparison.Ordinal))) ?? "";
    }

    private static string? Mistake(ParameterSpec spec, Dictionary<string, NamedTensor> tensors, Dictionary<string, SafetensorsEntry> others)
    {
        if (others.TryGetValue(spec.Name, out SafetensorsEntry? other))
        {
            return $"{spec.Name} is {other.Type}, but weights are {SafetensorsTypes.Weights}; convert it, for example with t.float() in PyTorch";
        }

        if (!tensors.TryGetValue(spec.Name, out NamedTensor? tensor))
        {
            return $"{spec.Name} {ShapeText.Of(spec.Shape)} is missing";
        }

        if (!tensor.Shape.SequenceEqual(spec.Shape))
        {
            return $"{spec.Name} is {ShapeText.Of(tensor.Shape)}, but the model needs {ShapeText.Of(spec.Shape)}";
        }

        int bad = Array.FindIndex(tensor.Values, value => !float.IsFinite(value));
        return bad < 0 ? null : $"{spec.Name} holds {(float.IsNaN(tensor.Values[bad]) ? "NaN" : "infinity")} at index {bad}";
    }

    private static IEnumerable<string> Extras(
        IReadOnlyList<ParameterSpec> specs, Dictionary<string, NamedTensor> tensors, Dictionary<string, SafetensorsEntry> others, Func<string, bool> passOver) =>
        tensors.Select(pair => (Name: pair.Key, pair.Value.Shape)).Concat(others.Select(pair => (Name: pair.Key, pair.Value.Shape)))
            .Where(tensor => !specs.Any(spec => spec.Name == tensor.Name) && !passOver(tensor.Name))
            .Select(tensor => $"{tensor.Name} {ShapeText.Of(tensor.Shape)} is not a tensor of this model");
}
