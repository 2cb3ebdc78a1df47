using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using PatchMoE.Gen.Parsing;

namespace PatchMoE.Gen.Tests;

/// <summary>A text of a user's project.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">Its text.</param>
/// <param name="Link">Where the project shows it, for an additional file; null if it does not say.</param>
internal sealed record UserFile(string Path, string Text, string? Link = null);

/// <summary>A user's project in memory. It is a record: an edit is a <c>with</c>.</summary>
internal sealed record UserProject
{
    public const string Folder = "/user/";

    private static readonly Lazy<ImmutableArray<MetadataReference>> s_framework = new(() =>
        [.. Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll").Where(IsManaged).Select(path => MetadataReference.CreateFromFile(path))]);

    private static readonly Lazy<ImmutableArray<MetadataReference>> s_libraries = new(() =>
        [MetadataReference.CreateFromFile(typeof(IPatchMoEModel).Assembly.Location), MetadataReference.CreateFromFile(typeof(PatchMoESpec).Assembly.Location)]);

    /// <summary>Keeps what the compiler has read of the framework, so that it need not read it again for each project.</summary>
    private static readonly Lazy<CSharpCompilation> s_read = new(() =>
    {
        CSharpCompilation compilation = CSharpCompilation.Create("Read", references: [.. s_framework.Value, .. s_libraries.Value]);
        _ = compilation.GetSpecialType(SpecialType.System_Object);
        return compilation;
    });

    /// <summary>C# files, by path.</summary>
    public ImmutableArray<UserFile> Sources { get; init; } = [];

    /// <summary>Additional files, by path.</summary>
    public ImmutableArray<UserFile> Files { get; init; } = [];

    public LanguageVersion Language { get; init; } = LanguageVersion.CSharp13;

    public CSharpCompilationOptions Options { get; init; } = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        .WithNullableContextOptions(NullableContextOptions.Enable)
        .WithWarningLevel(9999);

    /// <summary>The text of the project's <c>.editorconfig</c>; empty for none.</summary>
    public string EditorConfig { get; init; } = string.Empty;

    /// <summary>The compiler's options, with the severities that <see cref="EditorConfig"/> sets.</summary>
    public CSharpCompilationOptions CompilationOptions => EditorConfig.Length == 0 ? Options : Options.WithSyntaxTreeOptionsProvider(new Severities(EditorConfig));

    /// <summary>Whether the project references the runtime libraries.</summary>
    public bool ReferencesRuntime { get; init; } = true;

    /// <summary>Whether it references PatchMoE.Ilgpu, with ILGPU; the generator then emits GPU code.</summary>
    public bool ReferencesIlgpu { get; init; }

    public CSharpParseOptions ParseOptions => new(Language, DocumentationMode.Diagnose);

    public ImmutableArray<MetadataReference> References =>
    [
        .. s_framework.Value,
        .. ReferencesRuntime ? s_libraries.Value : [],
        .. ReferencesIlgpu ? Ilgpu.IlgpuEngine.Libraries.Select(library => MetadataReference.CreateFromFile(library.Location)) : [],
    ];

    /// <summary>A project of one source, <c>Net.cs</c>.</summary>
    public static UserProject Of(string source, params UserFile[] files) => new() { Sources = [new UserFile($"{Folder}Net.cs", source)], Files = [.. files] };

    /// <summary>A spec in the project's folder.</summary>
    public static UserFile Spec(string path, string text) => new(Folder + path, text);

    /// <summary>A spec of the repository, in the project's folder.</summary>
    public static UserFile Spec(string path) => new(Folder + path, File.ReadAllText(Path.Combine(Repository.Root, path)));

    /// <summary>The project with a text replaced in the source or file at <paramref name="path"/>; the text must occur there.</summary>
    public UserProject Replace(string path, string old, string text)
    {
        string full = Folder + path;
        Assert.That(Sources.Concat(Files).Single(file => file.Path == full).Text, Does.Contain(old));
        UserFile Edited(UserFile file) => file.Path == full ? file with { Text = file.Text.Replace(old, text, StringComparison.Ordinal) } : file;
        return this with { Sources = [.. Sources.Select(Edited)], Files = [.. Files.Select(Edited)] };
    }

    /// <summary>Runs the generator for the first time.</summary>
    public GeneratorRun Run()
    {
        _ = s_read.Value;
        return GeneratorRun.First(this);
    }

    /// <summary>The severities of an <c>.editorconfig</c>, read by Roslyn's own parser.</summary>
    private sealed class Severities(string text) : SyntaxTreeOptionsProvider
    {
        private readonly AnalyzerConfigSet _set = AnalyzerConfigSet.Create(new[] { AnalyzerConfig.Parse(text, $"{Folder}.editorconfig") });

        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) =>
            tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) ? GeneratedKind.MarkedGenerated : GeneratedKind.Unknown;

        public override bool TryGetDiagnosticValue(SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            _set.GetOptionsForSourcePath(tree.FilePath).TreeOptions.TryGetValue(diagnosticId, out severity);

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            _set.GlobalConfigOptions.TreeOptions.TryGetValue(diagnosticId, out severity);
    }

    private static bool IsManaged(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return (name.StartsWith("System.", StringComparison.Ordinal) && !name.EndsWith(".Native", StringComparison.Ordinal)) || name is "netstandard" or "mscorlib" or "System";
    }
}

/// <summary>A run of the generator over a project, and the resulting compilation.</summary>
internal sealed class GeneratorRun
{
    private readonly UserProject _project;
    private readonly GeneratorDriver _driver;
    private readonly CSharpCompilation _input;
    private readonly ImmutableArray<AdditionalText> _files;

    private GeneratorRun(UserProject project, GeneratorDriver driver, CSharpCompilation input, ImmutableArray<AdditionalText> files)
    {
        (_project, _input, _files) = (project, input, files);
        _driver = driver.RunGeneratorsAndUpdateCompilation(input, out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
        (Output, Diagnostics) = ((CSharpCompilation)output, diagnostics);
        Assert.That(Result.Exception, Is.Null);
    }

    /// <summary>What the generator reported.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>The project with the generated code.</summary>
    public CSharpCompilation Output { get; }

    public GeneratorRunResult Result => _driver.GetRunResult().Results.Single();

    /// <summary>The generated files, by name.</summary>
    public IReadOnlyDictionary<string, string> Sources => Result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    /// <summary>The generated texts, by file name; a text that a run reuses from the run before is the same object.</summary>
    public IReadOnlyDictionary<string, SourceText> Texts => Result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText);

    /// <summary>What the compiler reports for project and generated code, without hidden hints.</summary>
    public IEnumerable<Diagnostic> CompilerDiagnostics => Output.GetDiagnostics().Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Hidden);

    public static GeneratorRun First(UserProject project)
    {
        ImmutableArray<AdditionalText> files = [.. project.Files.Select(file => new Text(file))];
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new PatchMoEGenerator().AsSourceGenerator()],
            files,
            project.ParseOptions,
            new Options(),
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        CSharpCompilation input = CSharpCompilation.Create("User", project.Sources.Select(source => Parse(source, project)), project.References, project.CompilationOptions);
        return new GeneratorRun(project, driver, input, files);
    }

    /// <summary>Runs again on the edited project; unedited parts are passed as the same objects, as an editor does.</summary>
    public GeneratorRun After(UserProject edited)
    {
        CSharpCompilation input = _input;
        foreach (UserFile source in edited.Sources.Except(_project.Sources))
        {
            SyntaxTree tree = Parse(source, edited);
            SyntaxTree? old = input.SyntaxTrees.SingleOrDefault(old => old.FilePath == source.Path);
            input = old is null ? input.AddSyntaxTrees(tree) : input.ReplaceSyntaxTree(old, tree);
        }

        GeneratorDriver driver = _driver;
        ImmutableArray<AdditionalText> files = _files;
        foreach (UserFile file in edited.Files.Except(_project.Files))
        {
            var text = new Text(file);
            AdditionalText? old = files.SingleOrDefault(old => old.Path == file.Path);
            files = old is null ? files.Add(text) : files.Replace(old, text);
            driver = old is null ? driver.AddAdditionalTexts([text]) : driver.ReplaceAdditionalText(old, text);
        }

        return new GeneratorRun(edited, driver, input, files);
    }

    private static SyntaxTree Parse(UserFile source, UserProject project) => CSharpSyntaxTree.ParseText(source.Text, project.ParseOptions, source.Path, Encoding.UTF8);

    private sealed class Text(UserFile file) : AdditionalText
    {
        public string? Link => file.Link;

        public override string Path => file.Path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(file.Text, Encoding.UTF8);
    }

    /// <summary>Tells the generator the project's folder, as MSBuild does.</summary>
    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new ProjectFolder();

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Links(((Text)textFile).Link);

        /// <summary>The metadata of an additional file that the package's targets make visible.</summary>
        private sealed class Links(string? link) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
            {
                value = KeyComparer.Equals(key, SpecFile.LinkOption) ? link : null;
                return value is not null;
            }
        }

        private sealed class ProjectFolder : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
            {
                value = KeyComparer.Equals(key, "build_property.projectdir") ? UserProject.Folder : null;
                return value is not null;
            }
        }
    }
}

/// <summary>Assertions about a run; in a source, the sign § marks where the diagnostic must point.</summary>
internal static class Expect
{
    private const string Mark = "§";

    /// <summary>The project breaks one rule, at the mark in one of its files.</summary>
    public static void Reports(DiagnosticRule rule, string message, UserProject marked)
    {
        UserFile file = marked.Sources.Concat(marked.Files).Single(file => file.Text.Contains(Mark, StringComparison.Ordinal));
        int start = file.Text.IndexOf(Mark, StringComparison.Ordinal);
        string before = file.Text[..start];
        var position = new LinePosition(before.Count(c => c == '\n'), start - (before.LastIndexOf('\n') + 1));

        GeneratorRun run = marked.Replace(file.Path[UserProject.Folder.Length..], Mark, string.Empty).Run();

        Assert.That(run.Diagnostics, Has.Length.EqualTo(1), string.Join('\n', run.Diagnostics));
        Diagnostic diagnostic = run.Diagnostics[0];
        FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
        Assert.Multiple(() =>
        {
            Assert.That(diagnostic.Id, Is.EqualTo(rule.Id));
            Assert.That(diagnostic.Severity.ToString(), Is.EqualTo(rule.Level.ToString()));
            Assert.That(diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), Is.EqualTo(message));
            Assert.That((place.Path, place.StartLinePosition), Is.EqualTo((file.Path, position)));
            Assert.That(place.EndLinePosition, Is.GreaterThan(place.StartLinePosition));
        });
    }

    /// <summary>The project compiles without any message from the generator or the compiler.</summary>
    public static GeneratorRun Compiles(UserProject project)
    {
        GeneratorRun run = project.Run();
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics, Is.Empty);
            Assert.That(run.Sources, Is.Not.Empty);
            Assert.That(run.CompilerDiagnostics.Select(diagnostic => diagnostic.ToString()), Is.Empty);
        });
        return run;
    }
}
