namespace PatchMoE.Tests;

/// <summary>The specs of the repository and of the golden cases.</summary>
[TestFixture]
public sealed class SpecFilesTests
{
    public static IEnumerable<string> Files =>
        Directory.GetFiles(Path.Combine(Repository.Root, "specs"), "*.json").Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal))
            .Concat(Directory.GetFiles(Repository.Golden, "spec.json", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    [Test]
    public void ThereAreSomeOfBoth() => Assert.That(Files.Count(), Is.GreaterThanOrEqualTo(13 + 9));

    [TestCaseSource(nameof(Files))]
    public void File_HasNoErrorsAndNoWarnings(string file)
    {
        SpecResult result = SpecReader.Read(Text(file), file);
        Assert.That(result.Diagnostics.Where(diagnostic => diagnostic.Rule.Level != DiagnosticLevel.Info), Is.Empty);
        Assert.That(result.Spec, Is.Not.Null);
    }

    [TestCaseSource(nameof(Files))]
    public void CanonicalText_ReadsBackAsTheSameSpecInSilence(string file)
    {
        PatchMoESpec spec = SpecText.Read(Text(file));
        string json = SpecWriter.ToJson(spec);
        SpecResult again = SpecReader.Read(json, "other.json");
        Assert.Multiple(() =>
        {
            Assert.That(again.Spec, Is.EqualTo(spec));
            Assert.That(again.Diagnostics.Where(diagnostic => diagnostic.Rule.Level != DiagnosticLevel.Info), Is.Empty);
            Assert.That(SpecWriter.ToJson(again.Spec!), Is.EqualTo(json));
        });
    }

    [TestCaseSource(nameof(Files))]
    public void FileAndCanonicalText_FitTheSchema(string file)
    {
        Assert.Multiple(() =>
        {
            Assert.That(SpecSchema.Mistakes(Text(file)), Is.Empty);
            Assert.That(SpecSchema.Mistakes(SpecWriter.ToJson(SpecText.Read(Text(file)))), Is.Empty);
        });
    }

    [Test]
    public void ATextThatTheSchemaForbids_DoesNotFit() =>
        Assert.That(SpecSchema.Mistakes(SpecText.Of(loss: "\"zzzzzzzz\"")), Has.Some.Contains("/model/loss"));
}
