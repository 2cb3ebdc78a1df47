using PatchMoE.Gen.Emission.Text;

namespace PatchMoE.Gen.Tests;

/// <summary>A method's declaration and its calls come from one value, so they cannot differ.</summary>
[TestFixture]
public sealed class MethodTests
{
    private static readonly Method s_pool = new("Pool", "int taken", ("ref float gates, ref float bias", false), "ref float y, scoped in WeightTarget target");

    [Test]
    public void Call_PassesWhatBearsTheParametersName() => Assert.That($"{s_pool.Call()}", Is.EqualTo("Pool(taken, ref y, in target)"));

    [Test]
    public void Call_DropsParametersThatThisMethodLacks() =>
        Assert.That($"{s_pool.Call(("gates", "g"), ("y", (Place)"y" + "s"))}", Is.EqualTo("Pool(taken, ref Add(ref y, s), in target)"));

    [Test]
    public void Call_OfAnotherClass_NamesIt() => Assert.That($"{s_pool.Of("Layer0").Call()}", Is.EqualTo("Layer0.Pool(taken, ref y, in target)"));

    [Test]
    public void Call_WithAnUnknownParameter_Throws() => Assert.That(() => s_pool.Call(("scale", 0)), Throws.ArgumentException.With.Message.Contains("Pool has no parameter 'scale'"));

    [Test]
    public void Declaration_ThatIsTooLong_HasAParameterALine()
    {
        var writer = new SourceWriter();
        var method = new Method(new string('M', 150), "int a, int b = 1");
        writer.Method(method, "Sums.", () => writer.Lines("return;"));
        Assert.That(
            writer.ToString(),
            Is.EqualTo($"/// <summary>Sums.</summary>\nprivate static void {method.Name}(\n    int a,\n    int b = 1)\n{{\n    return;\n}}\n"));
    }

    [Test]
    public void Writer_SeparatesMethodsAndBlocks()
    {
        var writer = new SourceWriter();
        using (writer.Block("class C"))
        {
            writer.Method(s_pool, "First.", () =>
            {
                writer.Block("if (taken > 0)", () => writer.Lines("return;"));
                writer.Lines("y = 0f;");
            });
            writer.Method(s_pool, "Second.", () => writer.Lines("return;"));
        }

        Assert.That(writer.ToString(), Does.Contain("    }\n\n        y = 0f;\n    }\n\n    /// <summary>Second.</summary>\n"));
    }
}
