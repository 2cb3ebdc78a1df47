using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PatchMoE.Compiler;

namespace PatchMoE.Gen.Tests;

/// <summary>The code emitted for the CPU reads as if it had been written for one network.</summary>
[TestFixture]
public sealed partial class EmittedCodeTests
{
    private const int LongestLine = 160;

    private static readonly Lazy<(string Name, SyntaxNode Root)[]> s_files = new(() =>
    [
        .. TestSpecs.GoldenFiles.Concat(TestSpecs.RepositoryFiles).Select(TestSpecs.Read).Concat(Enumerable.Range(0, 60).Select(RandomSpec.Of))
            .SelectMany(spec => PatchMoECompiler.Emit(spec).Select(file => ($"{spec.Name}/{file.Name}", CSharpSyntaxTree.ParseText(file.Text).GetRoot()))),
    ]);

    /// <summary>The spec's text is one string, however long.</summary>
    [Test]
    public void Lines_AreNotTooLong() => Check((_, root) => root.ToFullString().Split('\n')
        .Where(line => line.Length > LongestLine && !line.Contains("SpecReader.Read(", StringComparison.Ordinal)));

    [Test]
    public void Arithmetic_HasNoNeedlessStep() => Check((_, root) => root.DescendantNodes().OfType<BinaryExpressionSyntax>().Where(IsNeedless).Select(node => $"{node}"));

    [Test]
    public void Loops_HaveMoreThanOneTurn() => Check((_, root) => root.DescendantNodes().OfType<ForStatementSyntax>()
        .Select(loop => $"for ({loop.Declaration}; {loop.Condition}; {loop.Incrementors})")
        .Where(head => OneTurn().Match(head) is { Success: true } turn && Number(turn, "start") + Number(turn, "step", 1) >= Number(turn, "end")));

    [Test]
    public void Parameters_AreUsed() => Check((_, root) => root.DescendantNodes().OfType<MethodDeclarationSyntax>()
        .Where(method => !method.Modifiers.Any(SyntaxKind.OverrideKeyword))
        .SelectMany(method => method.ParameterList.Parameters.Where(parameter => !Body(method).Contains(parameter.Identifier.Text)).Select(parameter => $"{method.Identifier}({parameter})")));

    [TestCase("for (int t = 0; t < 1; t++)", true)]
    [TestCase("for (int j = 4; j < 8; j += 4)", true)]
    [TestCase("for (int j = 0; j < 8; j += 4)", false)]
    [TestCase("for (int t = 0; t < taken; t++)", false)]
    public void LoopCheck_FindsOneTurn(string head, bool found)
    {
        Match turn = OneTurn().Match(head);
        Assert.That(turn.Success && Number(turn, "start") + Number(turn, "step", 1) >= Number(turn, "end"), Is.EqualTo(found));
    }

    [TestCase("x / 1", true)]
    [TestCase("x % 1", true)]
    [TestCase("1 * x", true)]
    [TestCase("x + 0", true)]
    [TestCase("x + 10", false)]
    public void ArithmeticCheck_FindsNeedlessSteps(string text, bool found) =>
        Assert.That(SyntaxFactory.ParseExpression(text) is BinaryExpressionSyntax node && IsNeedless(node), Is.EqualTo(found));

    private static bool IsNeedless(BinaryExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.DivideExpression or SyntaxKind.ModuloExpression => IsNumber(node.Right, 1),
        SyntaxKind.MultiplyExpression => IsNumber(node.Left, 1) || IsNumber(node.Right, 1) || IsNumber(node.Left, 0) || IsNumber(node.Right, 0),
        SyntaxKind.AddExpression => IsNumber(node.Left, 0) || IsNumber(node.Right, 0),
        SyntaxKind.SubtractExpression => IsNumber(node.Right, 0),
        _ => false,
    };

    private static bool IsNumber(ExpressionSyntax node, int value) => node is LiteralExpressionSyntax { Token.Value: int number } && number == value;

    private static HashSet<string> Body(MethodDeclarationSyntax method) =>
        [.. ((SyntaxNode?)method.Body ?? method.ExpressionBody!).DescendantNodes().OfType<IdentifierNameSyntax>().Select(name => name.Identifier.Text)];

    private static int Number(Match match, string group, int absent = 0) =>
        match.Groups[group] is { Success: true } found ? int.Parse(found.Value, System.Globalization.CultureInfo.InvariantCulture) : absent;

    private static void Check(Func<string, SyntaxNode, IEnumerable<string>> faults) =>
        Assert.That(s_files.Value.SelectMany(file => faults(file.Name, file.Root).Select(fault => $"{file.Name}: {fault.Trim()}")).Take(20), Is.Empty);

    [GeneratedRegex(@"^for \(int (\w+) = (?<start>\d+); \1 < (?<end>\d+); \1(\+\+| \+= (?<step>\d+))\)$")]
    private static partial Regex OneTurn();
}
