using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace PatchMoE.Packages.Tests;

/// <summary>What is in the packages.</summary>
[TestFixture]
public sealed class PackageContentTests
{
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private static readonly string[] s_libraries =
    [
        "PatchMoE", "PatchMoE.Compiler", "PatchMoE.Documents", "PatchMoE.Ilgpu", "PatchMoE.Imaging", "PatchMoE.Mpi", "PatchMoE.Onnx", "PatchMoE.Reference", "PatchMoE.Reports", "PatchMoE.Spec",
        "PatchMoE.Text", "PatchMoE.TorchSharp", "PatchMoE.Training",
    ];

    private static IEnumerable<string> Packages => [.. s_libraries, "PatchMoE.Cli", "PatchMoE.Templates"];

    [Test]
    public void OneCommand_PacksThemAll() => Assert.That(
        Directory.GetFiles(UserMachine.Feed).Select(Path.GetFileName), Is.EquivalentTo(Packages.Select(name => $"{name}.{UserMachine.Version}.nupkg")));

    [TestCaseSource(nameof(Packages))]
    public void APackage_SaysWhatItIs(string name)
    {
        using ZipArchive package = Open(name);
        XElement data = XDocument.Parse(Text(package, $"{name}.nuspec")).Root!.Elements().Single();
        string Value(string element) => data.Elements().Single(one => one.Name.LocalName == element).Value;
        Assert.Multiple(() =>
        {
            Assert.That(Value("description"), Has.Length.GreaterThan(40).And.EndsWith("."));
            Assert.That(Value("tags"), Does.Contain("mixture-of-experts"));
            Assert.That(Value("license"), Does.StartWith("MIT"));
            Assert.That(Text(package, Value("readme")), Does.StartWith($"# {name}\n"));
            Assert.That(package.GetEntry(Value("icon"))?.Length, Is.GreaterThan(0));
            Assert.That(data.Elements().Select(one => one.Name.LocalName), Has.None.EqualTo("projectUrl"), "There is no address to lead to.");
        });
    }

    /// <summary>A debugger finds every source in the assembly; no path of the machine that built it is in it; building it again gives the same bytes.</summary>
    [TestCaseSource(nameof(s_libraries))]
    public void ALibrary_HasDocsSymbolsAndSources(string name)
    {
        using ZipArchive package = Open(name);
        ZipArchiveEntry library = package.Entries.Single(entry => entry.FullName.StartsWith("lib/", StringComparison.Ordinal) && entry.Name == $"{name}.dll");
        Assert.That(package.GetEntry(Path.ChangeExtension(library.FullName, ".xml"))?.Length, Is.GreaterThan(0));
        Check(Bytes(library));
    }

    [Test]
    public void TheLibrary_BringsTheGeneratorAndItsTargets()
    {
        using ZipArchive package = Open("PatchMoE");
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.That(names, Is.SupersetOf(new[]
        {
            "analyzers/dotnet/cs/PatchMoE.Gen.dll", "analyzers/dotnet/cs/PatchMoE.Gen.CodeFixes.dll", "analyzers/dotnet/cs/PatchMoE.Spec.dll", "buildTransitive/net10.0/PatchMoE.targets", "buildTransitive/net10.0/PatchMoE.NativeCode.targets",
        }));
        Check(Bytes(package.GetEntry("analyzers/dotnet/cs/PatchMoE.Gen.dll")!));
    }

    /// <summary>Whoever references one of them needs no reference to PatchMoE, whose generator and targets come with it.</summary>
    [TestCase("PatchMoE.Training")]
    [TestCase("PatchMoE.Imaging")]
    [TestCase("PatchMoE.Onnx")]
    [TestCase("PatchMoE.Text")]
    public void AFurtherLibrary_BringsTheGenerator(string name)
    {
        using ZipArchive package = Open(name);
        XElement dependency = XDocument.Parse(Text(package, $"{name}.nuspec")).Descendants().Single(one => one.Name.LocalName == "dependency" && one.Attribute("id")!.Value == "PatchMoE");
        Assert.That((dependency.Attribute("include")?.Value, dependency.Attribute("exclude")?.Value), Is.EqualTo(("All", (string?)null)));
    }

    private static void Check(byte[] assembly)
    {
        using var file = new PEReader(new MemoryStream(assembly));
        DebugDirectoryEntry[] entries = [.. file.ReadDebugDirectory()];
        Assert.That(entries.Select(entry => entry.Type), Does.Contain(DebugDirectoryEntryType.Reproducible));
        using MetadataReaderProvider symbols = file.ReadEmbeddedPortablePdbDebugDirectoryData(entries.Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb));
        MetadataReader reader = symbols.GetMetadataReader();
        Assert.Multiple(() =>
        {
            foreach (DocumentHandle handle in reader.Documents)
            {
                string name = reader.GetString(reader.GetDocument(handle).Name);
                Assert.That(name, Does.StartWith("/_/").Or.Not.Contain(Repository.Root));
                Assert.That(
                    reader.GetCustomDebugInformation(handle).Select(one => reader.GetGuid(reader.GetCustomDebugInformation(one).Kind)), Does.Contain(s_embeddedSource), name);
            }

            Assert.That(Encoding.Latin1.GetString(assembly), Does.Not.Contain(Repository.Root));
        });
    }

    private static ZipArchive Open(string name) => ZipFile.OpenRead(Path.Combine(UserMachine.Feed, $"{name}.{UserMachine.Version}.nupkg"));

    private static string Text(ZipArchive package, string name)
    {
        using var reader = new StreamReader(package.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
