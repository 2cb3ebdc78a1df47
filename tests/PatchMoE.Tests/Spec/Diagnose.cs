namespace PatchMoE.Tests;

/// <summary>Assertions about the diagnostics of a text; in it, the sign § marks where the one diagnostic must point.</summary>
internal static class Diagnose
{
    private const char Mark = '§';

    /// <summary>The text breaks one rule, at the mark.</summary>
    public static void Reports(DiagnosticRule rule, string path, string message, string markedJson)
    {
        int start = markedJson.IndexOf(Mark);
        string before = markedJson[..start];
        int line = before.Count(c => c == '\n');
        int column = start - (before.LastIndexOf('\n') + 1);

        SpecResult result = SpecReader.Read(markedJson.Remove(start, 1), "example.json");

        Assert.That(result.Diagnostics, Has.Count.EqualTo(1), string.Join('\n', result.Diagnostics));
        SpecDiagnostic diagnostic = result.Diagnostics[0];
        Assert.Multiple(() =>
        {
            Assert.That(diagnostic.Rule, Is.EqualTo(rule));
            Assert.That(diagnostic.Path, Is.EqualTo(path));
            Assert.That(diagnostic.Message, Is.EqualTo(path.Length == 0 ? message : $"{path}: {message}"));
            Assert.That((diagnostic.Span.Start, diagnostic.Span.Line, diagnostic.Span.Column), Is.EqualTo((start, line, column)));
            Assert.That(diagnostic.ToString(), Does.StartWith($"example.json({line + 1},{column + 1}): "));
            Assert.That(result.Spec is null, Is.EqualTo(rule.Level == DiagnosticLevel.Error));
        });
    }

    /// <summary>The text is a valid spec and does not break the rule.</summary>
    public static void DoesNotReport(DiagnosticRule rule, string json)
    {
        SpecResult result = SpecReader.Read(json, "example.json");
        Assert.Multiple(() =>
        {
            Assert.That(result.Diagnostics.Select(diagnostic => diagnostic.Rule), Has.None.EqualTo(rule));
            Assert.That(result.Spec, Is.Not.Null, string.Join('\n', result.Diagnostics));
        });
    }
}
