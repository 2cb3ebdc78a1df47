using PatchMoE.Gen.Emission.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>A method's declaration and its calls come from one value, so they cannot differ.</summary>
[TestFixture]
public sealed class MethodTests
{
    private static readonly Method s_pool = new(
        "Pool", Parameter.Number("taken"), Parameter.Floats("gates").When(false), Parameter.Floats("y"), new Parameter("scoped in WeightTarget", "target"));

    [Test]
    public void Call_PassesWhatBearsTheParametersName() => Assert.That($"{s_pool.Call()}", Is.EqualTo("Pool(taken, ref y, in target)"));

    [Test]
    public void Call_DropsParametersThatThisMethodLacks() =>
        Assert.That($"{s_pool.Call(("gates", "g"), ("y", (Place)"y" + "s"))}", Is.EqualTo("Pool(taken, ref Add(ref y, s), in target)"));

    [Test]
    public void Call_OfAnotherClass_NamesIt() => Assert.That($"{s_pool.Of("Layer0").Call()}", Is.EqualTo("Layer0.Pool(taken, ref y, in target)"));

    [Test]
    public void Call_WithAnUnknownParameter_Throws() => Assert.That(() => s_pool.Call(("bias", 0)), Throws.ArgumentException.With.Message.Contains("Pool has no parameter 'bias'"));

    [Test]
    public void Declaration_ThatIsTooLong_HasAParameterALine()
    {
        var writer = new SourceWriter();
        var method = new Method(new string('M', 150), Parameter.Number("a"), Parameter.Number("b") with { Default = "1" });
        writer.Method(method, "Sums.", () => writer.Lines("return;"));
        Assert.That(
            writer.ToString(),
            Is.EqualTo($"/// <summary>Sums.</summary>\nprivate static void {method.Name}(\n    int a,\n    int b = 1)\n{{\n    return;\n}}\n"));
    }
}
