using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Makes the specs of a sweep.</summary>
internal sealed class SweepGrid
{
    private readonly SweepDefinition _sweep;
    private readonly IReadOnlyList<FieldPath> _fields;
    private readonly List<string> _warnings = [];
    private readonly Dictionary<SourceSpan, Setting> _settings = [];

    private SweepGrid(SweepDefinition sweep) => (_sweep, _fields) = (sweep, sweep.Fields);

    /// <summary>All points: the variants in order, in each the values of the first axis, in each those of the second, ….</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="context">The command's context; receives warnings, and mistakes that concern the whole sweep.</param>
    /// <exception cref="BadInputException">The sweep sets a field that no spec of it has, or no point is valid.</exception>
    public static IReadOnlyList<SweepPoint> Expand(SweepDefinition sweep, string path, CommandContext context)
    {
        var grid = new SweepGrid(sweep);
        IReadOnlyList<SweepPoint> points = [.. sweep.Variants.SelectMany(grid.PointsOf)];
        string[] unknown = [.. grid._settings.Values.Where(setting => setting.Unknown == setting.Uses).Select(setting => setting.Message!).Distinct()];
        if (unknown.Length > 0)
        {
            Array.ForEach(unknown, context.Error.WriteLine);
            throw SweepFile.Invalid(path, unknown.Length);
        }

        foreach (string warning in grid._warnings.Distinct())
        {
            context.Error.WriteLine(warning);
        }

        if (points.All(point => point.Spec is null))
        {
            string[] lines = [.. points.SelectMany(point => point.Mistakes).Select(mistake => mistake.Line).Distinct()];
            Array.ForEach(lines, context.Error.WriteLine);
            throw new BadInputException($"{path}: not one cell of the sweep is valid. Nothing was run.");
        }

        return points;
    }

    private IEnumerable<SweepPoint> PointsOf(SweepVariant variant)
    {
        IEnumerable<IReadOnlyList<FieldSetting>> combinations = [[]];
        foreach (SweepAxis axis in _sweep.Axes)
        {
            combinations = combinations.SelectMany(
                _ => axis.Values, IReadOnlyList<FieldSetting> (before, value) => [.. before, new FieldSetting(axis.Path, axis.Name, value)]);
        }

        return combinations.Select(settings => Make(variant, [.. variant.Settings, .. settings]));
    }

    private SweepPoint Make(SweepVariant variant, IReadOnlyList<FieldSetting> settings)
    {
        SpecNode root = variant.Base.Root;
        var mistakes = new List<PointMistake>();
        foreach (FieldSetting setting in settings)
        {
            root = setting.Path.Set(root, setting.Value, setting.Name, out string? misfit);
            Count(setting);
            if (misfit is not null)
            {
                string reason = $"{setting.Path.Text}: there is no such place in the spec: {misfit}. Set it in the base, or correct the path.";
                mistakes.Add(new PointMistake($"{SweepMistakes.At(setting.Name)}: error: {reason}", reason));
                CountUnknown(setting.Name, mistakes[^1].Line);
            }
        }

        SpecResult result = SpecReader.Read(root, variant.Base.Name);
        foreach (SpecDiagnostic diagnostic in result.Diagnostics.Select(WithSuggestion))
        {
            if (diagnostic.Rule.Level == DiagnosticLevel.Error)
            {
                mistakes.Add(new PointMistake(diagnostic.ToString(), $"{diagnostic.Rule.Id}: {diagnostic.Message}"));
            }
            else
            {
                _warnings.Add(diagnostic.ToString());
            }

            if (diagnostic.Rule == DiagnosticRules.UnknownField)
            {
                CountUnknown(diagnostic.Span, diagnostic.ToString());
            }
        }

        if (result.Spec is { Data: null })
        {
            const string Reason = "the spec has no section 'data', so there is nothing to train on. Add one.";
            mistakes.Add(new PointMistake($"{SweepMistakes.At(root.Span)}: error: {Reason}", Reason));
        }

        PatchMoESpec? spec = mistakes.Count > 0 ? null : result.Spec! with { Training = result.Spec.Training ?? TrainingSpec.Default };
        return new SweepPoint(variant.Name, ValuesOf(root, spec), spec, variant.Base.Folder, mistakes);
    }

    /// <summary>What is set, or what the spec gives for it, or its default.</summary>
    private SpecNode?[] ValuesOf(SpecNode root, PatchMoESpec? spec)
    {
        SpecNode?[] values = [.. _fields.Select(field => field.Find(root))];
        if (spec is not null && values.Contains(null))
        {
            SpecNode canonical = JsonParser.Parse(SpecWriter.ToJson(spec), "", out _)!;
            return [.. values.Select((value, i) => value ?? _fields[i].Find(canonical))];
        }

        return values;
    }

    /// <summary>The reader suggests fields that are absent; a sweep more likely means one that is there, since it varies what the base has.</summary>
    private static SpecDiagnostic WithSuggestion(SpecDiagnostic diagnostic)
    {
        if (diagnostic.Rule != DiagnosticRules.UnknownField)
        {
            return diagnostic;
        }

        (string field, string list) = (diagnostic.Arguments[0], diagnostic.Arguments[1]);
        IEnumerable<string> known = list.Split('\'').Where((_, i) => i % 2 == 1);
        return diagnostic with { Arguments = EquatableArray.Of(field, list, Spelling.Suggestion(field, known)) };
    }

    private void Count(FieldSetting setting)
    {
        if (!_settings.TryGetValue(setting.Name, out Setting? counts))
        {
            _settings.Add(setting.Name, counts = new Setting());
        }

        counts.Uses++;
    }

    /// <summary>A field that no spec knows is one mistake of the sweep; one that some know, such as those of another kind of data, makes single points invalid.</summary>
    private void CountUnknown(SourceSpan name, string message)
    {
        if (_settings.TryGetValue(name, out Setting? counts))
        {
            counts.Unknown++;
            counts.Message ??= message;
        }
    }

    private sealed class Setting
    {
        public int Uses { get; set; }

        public int Unknown { get; set; }

        public string? Message { get; set; }
    }
}
