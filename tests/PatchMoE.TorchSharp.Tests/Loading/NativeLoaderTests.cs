using PatchMoE.Tests;
using PatchMoE.TorchSharp.Loading;

namespace PatchMoE.TorchSharp.Tests.Loading;

/// <summary>Opening TorchSharp's library if the system's C++ library is older than the one it was built with.</summary>
[TestFixture]
[Platform("Linux")]
public sealed class NativeLoaderTests
{
    private static readonly string s_library = ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!).Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "libLibTorchSharp.so")).First(File.Exists);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    /// <summary>All at once, as several processes that start together would; only the one copy is left.</summary>
    [Test]
    public void Copies_AreOneFile()
    {
        byte[] original = File.ReadAllBytes(s_library);
        string[] copies = new string[8];
        Parallel.For(0, copies.Length, i => copies[i] = NativeLoader.WeakenedCopy(s_library, _folder.Path));
        Assert.Multiple(() =>
        {
            Assert.That(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), Is.EqualTo(copies.Distinct()));
            Assert.That(File.ReadAllBytes(copies[0]), Is.EqualTo(ElfVersionNeeds.WeakenUnused(original)));
            Assert.That(File.ReadAllBytes(s_library), Is.EqualTo(original), "the original");
        });
    }

    /// <summary>Only flags, and only some of them: most versions belong to symbols that TorchSharp calls.</summary>
    [Test]
    public void TheCopy_DiffersInFlags()
    {
        byte[] original = File.ReadAllBytes(s_library);
        byte[] copy = ElfVersionNeeds.WeakenUnused(original);
        int[] changed = [.. Enumerable.Range(0, original.Length).Where(i => original[i] != copy[i])];
        Assert.That(changed, Has.Length.InRange(1, 5));
        Assert.That(changed.Select(i => (original[i], copy[i])), Is.All.EqualTo(((byte)0, (byte)2)));
    }

    [Test]
    public void ADamagedCopy_IsReplaced()
    {
        string copy = NativeLoader.WeakenedCopy(s_library, _folder.Path);
        File.WriteAllText(copy, "half a libr");
        Assert.That(NativeLoader.WeakenedCopy(s_library, _folder.Path), Is.EqualTo(copy));
        Assert.That(File.ReadAllBytes(copy), Is.EqualTo(ElfVersionNeeds.WeakenUnused(File.ReadAllBytes(s_library))));
    }

    [Test]
    public void AFolderThatCannotBeMade_IsNamed()
    {
        File.WriteAllText(_folder.File("file"), "");
        Assert.That(() => NativeLoader.WeakenedCopy(s_library, _folder.File("file")), Throws.TypeOf<BadInputException>().With.Message.Contains(_folder.File("file")).And.Message.Contains("XDG_DATA_HOME"));
    }

    [Test]
    public void TheCopy_IsOpened() => Assert.That(NativeLoader.Open(NativeLoader.WeakenedCopy(s_library, _folder.Path)), Is.Not.Zero);

    [Test]
    public void AFailure_IsTheLoadersReason()
    {
        File.WriteAllText(_folder.File("libc10.so"), "no library");
        Assert.That(() => NativeLoader.Open(_folder.File("libc10.so")), Throws.TypeOf<DllNotFoundException>().With.Message.Contains("libc10.so: file too short"));
        Assert.That(() => NativeLoader.Open(_folder.File("none.so")), Throws.TypeOf<DllNotFoundException>().With.Message.Contains("none.so: cannot open shared object file"));
    }
}
