namespace PatchMoE.Compiler;

/// <summary>Compiles specs in memory with the source generator and gives back models.</summary>
public static class PatchMoECompiler
{
    /// <summary>Compiles a spec; compiled assemblies are kept in a cache.</summary>
    public static IPatchMoEModel Compile(PatchMoESpec spec) => throw new NotSupportedException();

    /// <summary>The files that the generator writes for a spec: name and text.</summary>
    public static IReadOnlyList<EmittedFile> Emit(PatchMoESpec spec) => throw new NotSupportedException();
}

/// <summary>A file that the generator wrote.</summary>
/// <param name="Name">The file's name, for example <c>MnistJoint.g.cs</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record EmittedFile(string Name, string Text);
