using PatchMoE.Gen.Emission.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>Index expressions fold constants and add parentheses where precedence, or readability, requires them.</summary>
[TestFixture]
public sealed class ExpressionTests
{
    private static readonly Expression s_a = "a";
    private static readonly Expression s_b = "b";

    private static IEnumerable<TestCaseData> Texts()
    {
        static TestCaseData Case(Expression expression, string text) => new TestCaseData($"{expression}", text).SetArgDisplayNames(text);

        yield return Case(default, "0");
        yield return Case(s_a + 0, "a");
        yield return Case(0 + s_a, "a");
        yield return Case(s_a - 0, "a");
        yield return Case(s_a * 1, "a");
        yield return Case(1 * s_a, "a");
        yield return Case(s_a * 0, "0");
        yield return Case(s_a / 1, "a");
        yield return Case(s_a % 1, "0");
        yield return Case((Expression)2 + 3, "5");
        yield return Case((Expression)7 / 2 * 2, "6");
        yield return Case(s_a * 5 * 784, "a * 3920");
        yield return Case((s_a * 5) + (s_b * 7) + 1, "(a * 5) + (b * 7) + 1");
        yield return Case((s_a + 1) * 5, "(a + 1) * 5");
        yield return Case(s_a - (s_b + 1), "a - (b + 1)");
        yield return Case(s_a / 3 % 12 * 64, "((a / 3) % 12) * 64");
        yield return Case((Expression)"f(x, y)" * 784, "f(x, y) * 784");
        yield return Case(s_a.As("nint") * 40, "(nint)a * 40");
        yield return Case((s_a + s_b).As("nint") * 40, "(nint)(a + b) * 40");
        yield return Case(((Expression)3).As("nint"), "3");
        yield return Case(Expression.Raw("c ? a : b") * 2, "(c ? a : b) * 2");
        yield return Case(Expression.Min(s_a, 4), "Math.Min(a, 4)");
        yield return Case(Expression.Min(3, 4), "3");
        yield return Case(Expression.CeilingOver(s_a, 4), "(a + 3) / 4");
    }

    [TestCaseSource(nameof(Texts))]
    public void Text_IsTheShortest(string text, string expected) => Assert.That(text, Is.EqualTo(expected));

    [Test]
    public void Place_IsTheArrayItself_WhereNothingIsBefore()
    {
        Assert.That($"{(Place)"block" + (s_a * 0)}", Is.EqualTo("block"));
        Assert.That($"{(Place)"block" + "ScoresAt" + (s_a * 16)}", Is.EqualTo("Add(ref block, ScoresAt + (a * 16))"));
    }
}
