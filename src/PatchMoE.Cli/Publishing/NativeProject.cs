using System.Runtime.InteropServices;
using System.Security;
using PatchMoE.Compiler;

namespace PatchMoE.Cli.Publishing;

/// <summary>The project that compiles a network to native code, in a folder of its own: the emitted source, the weights, and C functions or a console program.</summary>
internal static class NativeProject
{
    private const string Stem = "network";

    /// <summary>What the emitted code needs at run time; it is beside this program.</summary>
    private static readonly string[] s_libraries = ["PatchMoE", "PatchMoE.Spec", "Microsoft.Extensions.ObjectPool", "System.IO.Hashing"];

    /// <summary>Writes the project.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="network">The network.</param>
    /// <param name="form">What becomes of it.</param>
    /// <returns>The project file.</returns>
    /// <exception cref="BadInputException">The libraries are not beside this program.</exception>
    public static string Write(string folder, PublishedNetwork network, NativeForm form)
    {
        foreach (EmittedFile file in PatchMoECompiler.Emit(network.Spec))
        {
            File.WriteAllText(Path.Combine(folder, file.Name), file.Text);
        }

        File.WriteAllText(Path.Combine(folder, "Trained.cs"), NetworkText.Of(network));
        File.WriteAllText(Path.Combine(folder, "Main.cs"), form.IsLibrary ? LibraryText.Of(network) : ConsoleText.Of(network));
        WriteWeights(Path.Combine(folder, NetworkText.Weights), network.Parameters);
        string project = Path.Combine(folder, $"{Stem}.csproj");
        File.WriteAllText(project, ProjectText(network, form));
        return project;
    }

    /// <summary>The name of the file that the build makes.</summary>
    public static string FileName(PublishedNetwork network, NativeForm form) => AssemblyName(network, form) + (form.IsLibrary, OperatingSystem.IsWindows(), OperatingSystem.IsMacOS()) switch
    {
        (true, true, _) => ".dll",
        (true, _, true) => ".dylib",
        (true, _, _) => ".so",
        (false, true, _) => ".exe",
        _ => "",
    };

    /// <summary>Linkers find libraries by a name that begins with lib, except on Windows.</summary>
    private static string AssemblyName(PublishedNetwork network, NativeForm form) => form.IsLibrary && !OperatingSystem.IsWindows() ? $"lib{network.Prefix}" : network.Prefix;

    private static void WriteWeights(string path, float[] parameters)
    {
        using FileStream stream = File.Create(path);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        using var buffered = new BufferedStream(stream);
        foreach (float value in parameters)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            buffered.Write(bytes);
        }
    }

    private static string ProjectText(PublishedNetwork network, NativeForm form)
    {
        string references = string.Join("\n    ", s_libraries.Select(name => $"""<Reference Include="{name}"><HintPath>{SecurityElement.Escape(PathOf(name))}</HintPath></Reference>"""));
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <AssemblyName>{AssemblyName(network, form)}</AssemblyName>
                <OutputType>{(form.IsLibrary ? "Library" : "Exe")}</OutputType>
                <NativeLib>{(form.IsLibrary ? "Shared" : "")}</NativeLib>
                <RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>
                <PublishAot>true</PublishAot>
                <IlcInstructionSet>{form.InstructionSet}</IlcInstructionSet>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <LangVersion>13</LangVersion>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1900;NU1901;NU1902;NU1903;NU1904</WarningsNotAsErrors>
                <InvariantGlobalization>true</InvariantGlobalization>
                <StackTraceSupport>false</StackTraceSupport>
                <DebugType>none</DebugType>
              </PropertyGroup>
              <ItemGroup>
                {references}
                <EmbeddedResource Include="{NetworkText.Weights}" LogicalName="{NetworkText.Weights}" />
              </ItemGroup>
            </Project>

            """;
    }

    private static string PathOf(string library)
    {
        string path = Path.Combine(AppContext.BaseDirectory, library + ".dll");
        return File.Exists(path) ? path : throw new BadInputException(
            $"{path}: the library is not beside pmoe, as in a program of a single file. Install pmoe with 'dotnet tool install', or run it from its repository, to publish networks.");
    }
}
