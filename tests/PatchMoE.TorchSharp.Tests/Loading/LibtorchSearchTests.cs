using System.Buffers.Binary;
using PatchMoE.Tests;
using PatchMoE.TorchSharp.Loading;

namespace PatchMoE.TorchSharp.Tests.Loading;

/// <summary>Where libtorch is searched for, and what is reported for each place.</summary>
[TestFixture]
public sealed class LibtorchSearchTests
{
    private static readonly string s_torch = NativePlatform.FileName("torch_cpu");
    private static readonly string s_package = $"libtorch-cpu-{NativePlatform.Current}";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void TheApplicationsOwn_ComesFirst()
    {
        string own = Libtorch("app");
        Assert.That(Places(named: Libtorch("other"), own), Is.EqualTo(new[] { new LibtorchPlace("the application", own, null) }));
    }

    [TestCase("")]
    [TestCase("lib")]
    [TestCase("torch/lib")]
    public void TheVariable_NamesAFolderOrOneAbove(string below)
    {
        string libraries = Libtorch(Path.Combine("named", below));
        Assert.That(Taken(_folder.File("named")).Folder, Is.EqualTo(libraries));
    }

    [Test]
    public void TheVariable_NamesAPackage([Values] bool withVersion)
    {
        string libraries = Libtorch(Path.Combine("package", TorchVersions.Libtorch, "runtimes", NativePlatform.Current, "native"));
        Assert.That(Taken(withVersion ? _folder.File($"package/{TorchVersions.Libtorch}") : _folder.File("package")).Folder, Is.EqualTo(libraries));
    }

    [Test]
    public void ThePackagesFolder_ComesLast()
    {
        string libraries = Libtorch(Path.Combine("packages", s_package, TorchVersions.Libtorch, "runtimes", NativePlatform.Current, "native"));
        LibtorchPlace[] places = Places(named: null);
        Assert.Multiple(() =>
        {
            Assert.That(places.Select(place => place.Origin), Is.EqualTo(new[] { "the application", "PATCHMOE_LIBTORCH", "the NuGet packages" }));
            Assert.That(places.Select(place => place.Refusal), Is.EqualTo(new[] { "it ships no libtorch", "it is not set", null }));
            Assert.That(places[^1].Folder, Is.EqualTo(libraries));
        });
    }

    [Test]
    public void NoPackage_IsSaid() => Assert.That(Places(named: null)[^1].Refusal, Is.EqualTo($"there is no {s_package} {TorchVersions.Libtorch} in {_folder.File("packages")}"));

    [Test]
    public void OtherVersionsOfThePackage_AreNamed()
    {
        Libtorch(Path.Combine("packages", s_package, "2.7.1", "runtimes", NativePlatform.Current, "native"));
        Assert.That(Places(named: null)[^1].Refusal, Does.EndWith($"{s_package} has 2.7.1; TorchSharp {TorchVersions.TorchSharp} needs {TorchVersions.Libtorch}"));
    }

    [Test]
    public void AFolderThatIsNotThere_IsNamed() => Assert.That(Taken(_folder.File("none")).Refusal, Is.EqualTo($"there is no folder {_folder.File("none")}"));

    [Test]
    public void AFolderWithoutLibtorch_IsNamed() =>
        Assert.That(Taken(_folder.Path).Refusal, Is.EqualTo($"there is no {s_torch} in {_folder.Path}, its lib or its torch/lib"));

    [TestCase("c10")]
    [TestCase("torch")]
    public void AMissingLibrary_IsNamed(string library)
    {
        string libraries = Libtorch("named");
        File.Delete(Path.Combine(libraries, NativePlatform.FileName(library)));
        Assert.That(Taken(libraries).Refusal, Is.EqualTo($"there is no {NativePlatform.FileName(library)} in {libraries}"));
    }

    [TestCase(0x10, "linux-machine16")]
    [TestCase(3, "linux-x86")]
    public void AnotherProcessor_IsNamed(int machine, string platform)
    {
        string libraries = Libtorch("named");
        File.WriteAllBytes(Path.Combine(libraries, s_torch), Elf(machine));
        Assert.That(Taken(libraries).Refusal, Is.EqualTo($"{Path.Combine(libraries, s_torch)} is for {platform}; this process is {NativePlatform.Current}"));
    }

    [Test]
    public void WhatIsNoLibrary_IsNamed()
    {
        string libraries = Libtorch("named");
        File.WriteAllText(Path.Combine(libraries, s_torch), "no library");
        Assert.That(Taken(libraries).Refusal, Does.Contain($"{s_torch} is not a shared library"));
    }

    [TestCase("build-version", "2.7.1+cpu\n", "2.7.1+cpu")]
    [TestCase("version.py", "from typing import Optional\n__version__ = '2.9.1+cu128'\n", "2.9.1+cu128")]
    public void AnotherRelease_IsNamed(string file, string text, string version)
    {
        string libraries = Libtorch("named/lib");
        File.WriteAllText(_folder.File($"named/{file}"), text);
        Assert.That(Taken(_folder.File("named")).Refusal, Is.EqualTo(
            $"the libtorch in {libraries} is {version}; TorchSharp {TorchVersions.TorchSharp} needs {TorchVersions.Libtorch}"));
    }

    [Test]
    public void TheSameRelease_IsTaken()
    {
        Libtorch("named/lib");
        File.WriteAllText(_folder.File("named/version.py"), $"__version__ = '{TorchVersions.Libtorch}+cpu'\n");
        Assert.That(Taken(_folder.File("named")).Refusal, Is.Null);
    }

    [TestCase("a library of Windows", 'M', 'Z', "win-x64")]
    [TestCase("a text", 'n', 'o', null)]
    public void Platforms_AreReadFromTheFile(string what, char first, char second, string? platform)
    {
        byte[] file = new byte[256];
        (file[0], file[1], file[60]) = ((byte)first, (byte)second, 128);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(128 + 4), 0x8664);
        File.WriteAllBytes(_folder.File("library"), file);
        Assert.That(NativePlatform.Of(_folder.File("library")), Is.EqualTo(platform), what);
    }

    private LibtorchPlace Taken(string named)
    {
        LibtorchPlace[] places = Places(named);
        Assert.That(places.Select(place => place.Origin), Is.EqualTo(new[] { "the application", "PATCHMOE_LIBTORCH" }));
        return places[^1];
    }

    private LibtorchPlace[] Places(string? named, params string[] application) => [.. LibtorchSearch.Places([_folder.File("empty"), .. application], named, _folder.File("packages"))];

    /// <summary>A folder that looks like libtorch: this machine's own code under the three names.</summary>
    private string Libtorch(string name)
    {
        string folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        string library = ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!).Split(Path.PathSeparator).Select(one => Path.Combine(one, NativePlatform.FileName("c10"))).First(File.Exists);
        foreach (string file in new[] { "c10", "torch_cpu", "torch" })
        {
            File.Copy(library, Path.Combine(folder, NativePlatform.FileName(file)));
        }

        return folder;
    }

    private static byte[] Elf(int machine)
    {
        byte[] file = new byte[64];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), (ushort)machine);
        return file;
    }
}
