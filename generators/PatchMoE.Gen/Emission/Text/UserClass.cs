using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>The class that a user declared, in its namespace and the types around it: every part of it that is emitted is printed here.</summary>
internal static class UserClass
{
    /// <summary>Prints a part.</summary>
    public static void Write(SourceWriter writer, ModelPlan plan, string interfaces, Action<SourceWriter> body, Action<SourceWriter>? documentation = null)
    {
        if (plan.Target.Namespace.Length > 0)
        {
            writer.Lines($"namespace {plan.Target.Namespace};").Gap();
        }

        var scopes = new Stack<IDisposable>();
        foreach (string type in plan.Target.ContainingTypes)
        {
            scopes.Push(writer.Block(type));
        }

        documentation?.Invoke(writer);
        using (writer.Block(plan.Target.Declaration + interfaces))
        {
            body(writer);
        }

        while (scopes.Count > 0)
        {
            scopes.Pop().Dispose();
        }
    }
}
