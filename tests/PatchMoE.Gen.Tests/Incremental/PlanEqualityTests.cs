using System.Reflection;
using PatchMoE.Gen.Parsing;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Tests;

/// <summary>What the pipeline compares: records that are equal if their contents are, and that hold no part of a compilation.</summary>
[TestFixture]
public sealed class PlanEqualityTests
{
    private static IEnumerable<string> SpecFiles => TestSpecs.GoldenFiles.Concat(TestSpecs.RepositoryFiles);

    [TestCaseSource(nameof(SpecFiles))]
    public void EqualSpecs_HaveEqualPlans(string file)
    {
        (ModelPlan first, ModelPlan second) = (Plan(file), Plan(file));
        Assert.Multiple(() =>
        {
            Assert.That(second, Is.Not.SameAs(first));
            Assert.That(second, Is.EqualTo(first));
            Assert.That(second.GetHashCode(), Is.EqualTo(first.GetHashCode()));
        });
    }

    [Test]
    public void DifferentSpecs_HaveDifferentPlans() => Assert.That(SpecFiles.Select(Plan).Distinct().Count(), Is.EqualTo(SpecFiles.Count()));

    [Test]
    public void DifferentClasses_HaveDifferentPlans()
    {
        ModelPlan plan = Plan(TestSpecs.RepositoryFiles.First());
        Assert.That(plan with { Target = plan.Target with { Namespace = "Other" } }, Is.Not.EqualTo(plan));
    }

    [TestCase(typeof(ModelClass))]
    [TestCase(typeof(SpecFile))]
    [TestCase(typeof(ModelResult))]
    [TestCase(typeof(ModelSource))]
    [TestCase(typeof(ModelPlan))]
    public void PipelineRecords_CompareByValueAndHoldNoRoslynTypes(Type root)
    {
        foreach (Type type in TypesWithin(root))
        {
            Assert.Multiple(() =>
            {
                Assert.That(type.Namespace, Does.Not.StartWith("Microsoft.CodeAnalysis"), $"in {root}");
                Assert.That(type.IsArray || typeof(Delegate).IsAssignableFrom(type), Is.False, $"{type} compares by reference");
                Assert.That(type.IsEnum || typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type), Is.True, $"{type} has no equality by value");
            });
        }
    }

    private static ModelPlan Plan(string file) => Planner.Plan(TestSpecs.Read(file), new TargetClass("A", EquatableArray.Of("partial class Outer"), "partial class Net", "Net"));

    /// <summary>The types of all fields, and of the elements of arrays, and of the records derived from them.</summary>
    private static HashSet<Type> TypesWithin(Type root)
    {
        var found = new HashSet<Type>();
        var open = new Stack<Type>([root]);
        while (open.TryPop(out Type? type))
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (!found.Add(type) || type.IsPrimitive || type.IsEnum || type == typeof(string))
            {
                continue;
            }

            // The items of an EquatableArray are its own business; its elements are not.
            IEnumerable<Type> parts = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>)
                ? type.GetGenericArguments()
                : type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(field => field.FieldType);
            foreach (Type part in parts.Concat(type.Assembly.GetTypes().Where(other => other.BaseType == type)))
            {
                open.Push(part);
            }
        }

        return found;
    }
}
