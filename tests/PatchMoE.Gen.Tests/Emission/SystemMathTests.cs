using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PatchMoE.Compiler;
using PatchMoE.Gen.Tests.Architecture;

namespace PatchMoE.Gen.Tests;

/// <summary>
/// Results have the same bits on every machine: what decides weights, logits or metrics calls only those functions of System.Math that are exact or correctly
/// rounded. The others come from the system's C library; <c>PatchMoE.Kernels.StrictMath</c> replaces them.
/// </summary>
[TestFixture]
public sealed class SystemMathTests
{
    private static readonly string[] s_owners = ["Math", "MathF", "double", "float", "Double", "Single"];

    private static readonly string[] s_inexact =
    [
        "Acos", "Acosh", "AcosPi", "Asin", "Asinh", "AsinPi", "Atan", "Atan2", "Atan2Pi", "Atanh", "AtanPi", "Cbrt", "Cos", "Cosh", "CosPi", "Exp", "Exp10", "Exp10M1", "Exp2",
        "Exp2M1", "ExpM1", "Hypot", "Log", "Log10", "Log10P1", "Log2", "Log2P1", "LogP1", "Pow", "ReciprocalEstimate", "ReciprocalSqrtEstimate", "RootN", "Sin", "SinCos",
        "SinCosPi", "Sinh", "SinPi", "Tan", "Tanh", "TanPi",
    ];

    private static readonly string[] s_projects = ["PatchMoE", "PatchMoE.Training"];

    [Test]
    public void RuntimeAndTrainer_CallOnlyExactFunctions()
    {
        string[] files = [.. SourceProject.All.Where(project => s_projects.Contains(project.Name)).SelectMany(project => project.Files)];
        Assert.That(files, Has.Length.GreaterThan(60));
        Assert.That(files.SelectMany(file => InexactCalls(file, File.ReadAllText(file))), Is.Empty);
    }

    [Test]
    public void EmittedCode_CallsOnlyExactFunctions()
    {
        IEnumerable<PatchMoESpec> specs = TestSpecs.GoldenFiles.Concat(TestSpecs.RepositoryFiles).Select(TestSpecs.Read).Concat(Enumerable.Range(0, 20).Select(RandomSpec.Of));
        EmittedFile[] files = [.. specs.SelectMany(spec => PatchMoECompiler.Emit(spec))];
        Assert.That(files.Count(file => file.Text.Contains("StrictMath.Exp(", StringComparison.Ordinal)), Is.GreaterThan(20));
        Assert.That(files.SelectMany(file => InexactCalls(file.Name, file.Text)), Is.Empty);
    }

    [TestCase("Math.Exp(x)", ExpectedResult = 1)]
    [TestCase("MathF.Pow(x, 2) + System.Math.Cos(x)", ExpectedResult = 2)]
    [TestCase("float.Log(x)", ExpectedResult = 1)]
    [TestCase("StrictMath.Exp(x) + Math.Sqrt(x) + Math.Abs(x)", ExpectedResult = 0)]
    public int Check_FindsInexactCalls(string expression) => InexactCalls("test", $"class C {{ double F(double x) => {expression}; }}").Count();

    private static IEnumerable<string> InexactCalls(string name, string text) =>
        from member in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        where s_inexact.Contains(member.Name.Identifier.Text) && s_owners.Contains(member.Expression.GetLastToken().Text)
        select $"{name}({member.GetLocation().GetLineSpan().StartLinePosition.Line + 1}): {member}";
}
