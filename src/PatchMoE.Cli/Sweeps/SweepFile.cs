using System.Text.RegularExpressions;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Reads sweep files; <c>docs/sweeps.md</c> describes them.</summary>
internal sealed partial class SweepFile
{
    private const string BaseExample = "\"specs/mnist-joint.json\"";

    /// <summary>The name of a spec within the sweep file, which has no file of its own to be named after.</summary>
    private const string InlineName = "base";

    private readonly string _path;
    private readonly SweepMistakes _mistakes = new();
    private readonly Dictionary<string, SweepBase?> _bases = [];

    private SweepFile(string path) => _path = path;

    /// <summary>Reads a sweep file and writes every mistake in it, one per line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">The command's context.</param>
    /// <exception cref="BadInputException">The file, or a spec it names, cannot be read or is wrong.</exception>
    public static SweepDefinition Load(string path, CommandContext context)
    {
        var file = new SweepFile(path);
        SweepDefinition? sweep = file.Read();
        IReadOnlyList<string> lines = file._mistakes.Lines();
        foreach (string line in lines)
        {
            context.Error.WriteLine(line);
        }

        return sweep is not null && !file._mistakes.Any ? sweep : throw Invalid(path, lines.Count);
    }

    /// <summary>What ends a command whose sweep is wrong, after its mistakes were shown.</summary>
    public static BadInputException Invalid(string path, int mistakes) =>
        new($"{path}: the sweep is not valid: {mistakes} {(mistakes == 1 ? "mistake" : "mistakes")}. Nothing was run.");

    private SweepDefinition? Read()
    {
        SpecNode? root = JsonParser.Parse(SpecFile.ReadText(_path), _path, out SpecDiagnostic? error);
        if (root is null)
        {
            _mistakes.Form.Add(error!);
            return null;
        }

        if (FieldReader.Open(root, "", _mistakes.Form, "{ \"base\": \"spec.json\", \"vary\": { ... } }") is not { } fields)
        {
            return null;
        }

        fields.Text("$schema", "sweep.schema.json");
        string name = ReadName(fields);
        SpecNode? variantsNode = fields.Node("variants");
        bool needsBase = variantsNode is not SpecArray array || array.Items.Any(item => item is not SpecObject variant || variant.Fields.All(field => field.Name != "base"));
        SweepBase? common = fields.Node("base", needsBase ? $"the spec that the cells are made from, for example {BaseExample}" : null) is { } baseNode ? ReadBase(baseNode, "base") : null;
        IReadOnlyList<FieldSetting> settings = fields.Node("set") is { } set ? ReadSettings(set, "set") : [];
        IReadOnlyList<SweepVariant> variants = variantsNode is not null ? ReadVariants(variantsNode, common, settings)
            : common is null ? []
            : [new SweepVariant(null, common, settings)];
        IReadOnlyList<SweepAxis> axes = fields.Node("vary") is { } vary ? ReadAxes(vary, variants) : [];
        IReadOnlyList<int> seeds = fields.Node("seeds") is { } seedsNode ? SeedList.Read(seedsNode, "seeds", _mistakes) : [1];
        fields.Finish();
        if (_mistakes.Any)
        {
            return null;
        }

        CheckSize(root, variants, axes, seeds);
        return new SweepDefinition(name, variants, axes, seeds);
    }

    /// <summary>A name is used for folders, and for a cluster's jobs.</summary>
    private string ReadName(FieldReader fields)
    {
        if (fields.Text("name", "samples-and-patches") is { } name)
        {
            if (!Name().IsMatch(name))
            {
                _mistakes.Form.Report(DiagnosticRules.BadName, fields.PlaceOf("name"), Excerpt.Of(name));
            }

            return name;
        }

        return NotInNames().Replace(Path.GetFileNameWithoutExtension(_path), "-");
    }

    private SweepBase? ReadBase(SpecNode node, string path)
    {
        switch (node)
        {
            case SpecObject:
                return new SweepBase(node, InlineName, SpecFile.FolderOf(_path));

            case SpecString { Value.Length: 0 }:
                _mistakes.Form.Report(DiagnosticRules.EmptyText, new SpecPlace(path, node.Span), "a spec");
                return null;

            case SpecString text:
                return ReadBaseFile(Path.Combine(Path.GetDirectoryName(_path) ?? "", text.Value));

            default:
                new ValueReader(_mistakes.Form).Mistype<int>(node, path, "the path of a spec, or a spec", BaseExample);
                return null;
        }
    }

    private SweepBase? ReadBaseFile(string file)
    {
        if (!_bases.TryGetValue(file, out SweepBase? known))
        {
            SpecNode? root = JsonParser.Parse(SpecFile.ReadText(file), file, out SpecDiagnostic? error);
            if (root is not SpecObject)
            {
                _mistakes.Form.Add(error ?? SpecDiagnostic.Of(DiagnosticRules.WrongType, "", root!.Span, "an object", Excerpt.Of(root), "{ \"model\": { ... } }"));
            }

            known = root is SpecObject ? new SweepBase(root, Path.GetFileNameWithoutExtension(file), SpecFile.FolderOf(file)) : null;
            _bases.Add(file, known);
        }

        return known;
    }

    private List<SweepVariant> ReadVariants(SpecNode node, SweepBase? common, IReadOnlyList<FieldSetting> settings)
    {
        const string Example = "[{ \"model.layers[0].gate\": \"none\" }, { \"name\": \"cnn\", \"base\": \"cnn.json\" }]";
        if (node is not SpecArray array)
        {
            new ValueReader(_mistakes.Form).Mistype<int>(node, "variants", "an array of variants", Example);
            return [];
        }

        if (array.Items.Count == 0)
        {
            _mistakes.Form.Report(DiagnosticRules.WrongCount, new SpecPlace("variants", node.Span), "1 variant or more", 0);
        }

        var variants = new List<SweepVariant>();
        for (int i = 0; i < array.Items.Count; i++)
        {
            if (ReadVariant(array.Items[i], $"variants[{i}]", common, settings) is { } variant)
            {
                if (variant.Name is not null && variants.Any(other => other.Name == variant.Name))
                {
                    _mistakes.Report(array.Items[i].Span, $"variants[{i}].name", $"the name '{Excerpt.Of(variant.Name)}' is already that of another variant. Give each its own.");
                }

                variants.Add(variant);
            }
        }

        return variants;
    }

    /// <summary>Either fields and their values, or a name, a base and the fields under "set".</summary>
    private SweepVariant? ReadVariant(SpecNode node, string path, SweepBase? common, IReadOnlyList<FieldSetting> settings)
    {
        if (node is SpecObject variant && !variant.Fields.Any(field => field.Name is "base" or "set"))
        {
            string? alone = variant.Fields.FirstOrDefault(field => field.Name == "name")?.Value is SpecString text ? text.Value : null;
            SpecObject paths = variant with { Fields = variant.Fields.Where(field => field.Name != "name" || field.Value is not SpecString).ToEquatableArray() };
            return Variant(alone, common, settings, ReadSettings(paths, path));
        }

        if (FieldReader.Open(node, path, _mistakes.Form, "{ \"model.layers[0].gate\": \"none\" }") is not { } fields)
        {
            return null;
        }

        string? name = fields.Text("name", "cnn");
        SweepBase? own = fields.Node("base") is { } baseNode ? ReadBase(baseNode, fields.PathOf("base")) : common;
        IReadOnlyList<FieldSetting> set = fields.Node("set") is { } setNode ? ReadSettings(setNode, fields.PathOf("set")) : [];
        fields.Finish();
        return Variant(name ?? (fields.Has("base") ? own?.Name : null), own, settings, set);
    }

    /// <summary>Null if there is no base, which was reported.</summary>
    private static SweepVariant? Variant(string? name, SweepBase? start, IReadOnlyList<FieldSetting> common, IReadOnlyList<FieldSetting> own) =>
        start is null ? null : new SweepVariant(name, start, [.. common.Where(setting => !own.Any(other => other.Path.Text == setting.Path.Text)), .. own]);

    private List<FieldSetting> ReadSettings(SpecNode node, string path)
    {
        var settings = new List<FieldSetting>();
        foreach (SpecField field in FieldsOf(node, path, "{ \"training.epochs\": 20 }"))
        {
            if (ReadPath(field, path) is { } parsed)
            {
                settings.Add(new FieldSetting(parsed, field.NameSpan, field.Value));
            }
        }

        return settings;
    }

    private List<SweepAxis> ReadAxes(SpecNode node, IReadOnlyList<SweepVariant> variants)
    {
        var axes = new List<SweepAxis>();
        foreach (SpecField field in FieldsOf(node, "vary", "{ \"data.train\": [100, 300] }"))
        {
            FieldPath? path = ReadPath(field, "vary");
            IReadOnlyList<SpecNode> values = ValueList.Read(field.Value, $"vary.{Excerpt.Of(field.Name)}", _mistakes);
            if (path is not null)
            {
                CheckOverlap(field, path, variants.SelectMany(variant => variant.Settings).Select(setting => setting.Path).Concat(axes.Select(axis => axis.Path)));
                axes.Add(new SweepAxis(path, field.NameSpan, values));
            }
        }

        return axes;
    }

    /// <summary>What is set first must not be lost.</summary>
    private void CheckOverlap(SpecField field, FieldPath path, IEnumerable<FieldPath> before)
    {
        if (before.FirstOrDefault(path.Contains) is { } other)
        {
            _mistakes.Report(
                field.NameSpan,
                $"vary.{field.Name}",
                other.Text == path.Text
                    ? "this field is also set under 'set' or by a variant. Keep one of the two."
                    : $"this would overwrite '{other.Text}', which the sweep sets, too. Set that field alone, or list it after this one.");
        }
    }

    private IEnumerable<SpecField> FieldsOf(SpecNode node, string path, string example) =>
        FieldReader.Open(node, path, _mistakes.Form, example) is null ? [] : ((SpecObject)node).Fields.DistinctBy(field => field.Name);

    private FieldPath? ReadPath(SpecField field, string within)
    {
        string shown = Excerpt.Of(field.Name);
        if (FieldPath.Parse(field.Name) is not { } path)
        {
            _mistakes.Report(field.NameSpan, within, $"'{shown}' is not the path of a field. Write names with dots between them and elements by their index, such as 'model.layers[0].patchesPerExpert'.");
            return null;
        }

        if (path.Text is "training.seed" or "training.seeds")
        {
            _mistakes.Report(field.NameSpan, $"{within}.{shown}", "a cell is one training, with one of the sweep's seeds. List them under 'seeds' instead.");
            return null;
        }

        return path;
    }

    private void CheckSize(SpecNode root, IReadOnlyList<SweepVariant> variants, IReadOnlyList<SweepAxis> axes, IReadOnlyList<int> seeds)
    {
        double cells = axes.Aggregate((double)variants.Count * seeds.Count, (count, axis) => count * axis.Values.Count);
        if (cells > SweepDefinition.MaximumCells)
        {
            string factors = string.Join(" × ", axes.Select(axis => axis.Values.Count).Prepend(variants.Count).Append(seeds.Count));
            _mistakes.Report(root.Span, "", FormattableString.Invariant($"the sweep has {cells:0} cells ({factors}: variants, fields, seeds); at most {SweepDefinition.MaximumCells} are allowed. Shorten its lists."));
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9._-]{0,99}$")]
    private static partial Regex Name();

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotInNames();
}
