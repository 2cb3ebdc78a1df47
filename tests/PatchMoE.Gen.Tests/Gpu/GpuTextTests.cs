using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Gen.Tests.Gpu;

/// <summary>Emitted GPU code reads as if it had been written by hand for this one network.</summary>
[TestFixture]
public sealed class GpuTextTests
{
    private const int LongestLine = 160;

    private static IEnumerable<TestCaseData> Specs()
    {
        IEnumerable<string> files = TestSpecs.GoldenFiles.Concat(TestSpecs.RepositoryFiles);
        return files.Select(file => new TestCaseData(TestSpecs.Read(file)).SetArgDisplayNames(file))
            .Concat(Enumerable.Range(0, 30).Select(seed => new TestCaseData(RandomSpec.Of(seed)).SetArgDisplayNames($"random {seed}")))
            .Concat(Enumerable.Range(1, 60).Select(seed => new TestCaseData(
                new RandomSpecs(seed, RandomSpecs.Parts.Stacks | RandomSpecs.Parts.TokenChoice).Draw()).SetArgDisplayNames($"random stack {seed}")));
    }

    [TestCaseSource(nameof(Specs))]
    public void GpuFiles_ReadWell(PatchMoESpec spec)
    {
        EmittedFile[] files = [.. PatchMoECompiler.Emit(spec, PatchMoECompiler.Namespace, typeof(IIlgpuModel).Assembly).Where(file => file.Name.Contains(".Ilgpu", StringComparison.Ordinal))];
        Assert.That(files, Has.Length.EqualTo(spec.Model.Layers.Count + 3));
        Assert.Multiple(() =>
        {
            foreach (EmittedFile file in files)
            {
                string[] lines = file.Text.Split('\n');
                Assert.That(lines.Where(line => line.Length > LongestLine), Is.Empty, $"{file.Name}: long lines");
                Assert.That(file.Text, Does.Not.Contain("\n\n\n"), $"{file.Name}: two empty lines");
                Assert.That(file.Text, Does.Contain("#pragma warning disable\n"), file.Name);
                CompilationUnitSyntax root = CSharpSyntaxTree.ParseText(file.Text).GetCompilationUnitRoot();
                foreach (MethodDeclarationSyntax method in root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(method => method.Body is not null))
                {
                    CheckMethod(file.Name, method);
                }

                foreach (BaseTypeDeclarationSyntax type in root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Where(type => !type.Modifiers.Any(SyntaxKind.PartialKeyword)))
                {
                    Assert.That(type.AttributeLists.ToString(), Does.Contain("GeneratedCode"), $"{file.Name}: {type.Identifier}");
                }
            }
        });
    }

    private static void CheckMethod(string file, MethodDeclarationSyntax method)
    {
        HashSet<string> used = [.. method.Body!.DescendantNodes().OfType<IdentifierNameSyntax>().Select(name => name.Identifier.Text)];
        if (method.Modifiers.Any(SyntaxKind.StaticKeyword))
        {
            Assert.That(method.ParameterList.Parameters.Select(parameter => parameter.Identifier.Text).Where(name => !used.Contains(name)), Is.Empty, $"{file}: {method.Identifier}: unused");
        }

        foreach (ForStatementSyntax loop in method.Body.DescendantNodes().OfType<ForStatementSyntax>())
        {
            // for (int i = 0; i < 8; i += 8) is not a loop.
            if (loop.Declaration?.Variables[0].Initializer?.Value is LiteralExpressionSyntax start
                && loop.Condition is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LessThanExpression, Right: LiteralExpressionSyntax end }
                && loop.Incrementors.Single() is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression, Right: LiteralExpressionSyntax step })
            {
                Assert.That((int)start.Token.Value! + (int)step.Token.Value!, Is.LessThan((int)end.Token.Value!), $"{file}: {method.Identifier}: {loop.Declaration} is one turn");
            }
        }
    }
}
