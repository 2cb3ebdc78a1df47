using System.Diagnostics;
using PatchMoE.Compiler;

namespace PatchMoE.Gen.Tests;

[TestFixture]
public sealed class AssemblyCacheTests
{
    private const string Key = "{ \"name\": \"net\" }";
    private static readonly byte[] s_assembly = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 7))];

    [Test]
    public void Miss_BuildsAndKeeps()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.File("cache"));
        Assert.Multiple(() =>
        {
            Assert.That(cache.GetOrAdd(Key, () => s_assembly), Is.EqualTo(s_assembly));
            Assert.That(Directory.GetFiles(folder.File("cache")), Is.EqualTo(new[] { cache.PathOf(Key) }));
        });
    }

    [Test]
    public void Hit_DoesNotBuild()
    {
        using var folder = new TemporaryFolder();
        new AssemblyCache(folder.Path).GetOrAdd(Key, () => s_assembly);
        Assert.That(new AssemblyCache(folder.Path).GetOrAdd(Key, () => throw new AssertionException("built again")), Is.EqualTo(s_assembly));
    }

    [Test]
    public void BeyondTheMostEntries_TheLongestUnusedGo()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        for (int i = 0; i < 256; i++)
        {
            cache.GetOrAdd($"{i}", () => s_assembly);
            File.SetLastWriteTimeUtc(cache.PathOf($"{i}"), DateTime.UtcNow.AddDays(i - 300));
        }

        cache.GetOrAdd("0", () => throw new AssertionException("built again"));
        cache.GetOrAdd("new", () => s_assembly);
        Assert.Multiple(() =>
        {
            Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(256));
            Assert.That(File.Exists(cache.PathOf("0")), Is.True, "it was just used");
            Assert.That(File.Exists(cache.PathOf("1")), Is.False);
            Assert.That(File.Exists(cache.PathOf("new")), Is.True);
        });
    }

    [Test]
    public void OtherSpec_IsAnotherEntry()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        cache.GetOrAdd(Key, () => s_assembly);
        Assert.That(cache.GetOrAdd(Key + " ", () => [1, 2, 3]), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    /// <summary>Any byte, of the hash or of the assembly, and any truncation.</summary>
    [TestCase(0)]
    [TestCase(31)]
    [TestCase(32)]
    [TestCase(10_031)]
    public void CorruptedEntry_IsRebuilt(int position) => IsRebuilt(entry =>
    {
        entry[position] ^= 1;
        return entry;
    });

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(32)]
    [TestCase(33)]
    [TestCase(10_031)]
    public void TruncatedEntry_IsRebuilt(int length) => IsRebuilt(entry => entry[..length]);

    [Test]
    public void LongerEntry_IsRebuilt() => IsRebuilt(entry => [.. entry, 0]);

    [Test]
    public void UnwritableFolder_IsPassedOver()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "in the way");
        var cache = new AssemblyCache(folder.File("file"));
        int builds = 0;
        Assert.Multiple(() =>
        {
            Assert.That(cache.GetOrAdd(Key, Build), Is.EqualTo(s_assembly));
            Assert.That(cache.GetOrAdd(Key, Build), Is.EqualTo(s_assembly));
            Assert.That(builds, Is.EqualTo(2));
            Assert.That(File.ReadAllText(folder.File("file")), Is.EqualTo("in the way"));
        });

        byte[] Build()
        {
            builds++;
            return s_assembly;
        }
    }

    [Test]
    public void FolderInPlaceOfTheEntry_IsPassedOver()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        Directory.CreateDirectory(cache.PathOf(Key));
        Assert.That(cache.GetOrAdd(Key, () => s_assembly), Is.EqualTo(s_assembly));
    }

    [Test]
    public void FailedBuild_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        Assert.Throws<InvalidOperationException>(() => cache.GetOrAdd(Key, () => throw new InvalidOperationException()));
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void EightThreadsAtOnce_AllGetTheAssembly()
    {
        using var folder = new TemporaryFolder();
        using var start = new Barrier(8);
        var results = new byte[8][];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            results[i] = new AssemblyCache(folder.Path).GetOrAdd(Key, () => s_assembly);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Multiple(() =>
        {
            Assert.That(results, Has.All.EqualTo(s_assembly));
            Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "no temporary files are left");
            Assert.That(new AssemblyCache(folder.Path).GetOrAdd(Key, () => throw new AssertionException("built again")), Is.EqualTo(s_assembly));
        });
    }

    [Test]
    public void TwoProcessesAtOnce_BothCompileAndLeaveOneEntry()
    {
        using var folder = new TemporaryFolder();
        string specFile = Path.Combine(Repository.Root, "specs", "mnist-joint.json");
        Process[] writers = [.. Enumerable.Range(0, 2).Select(_ => Process.Start(SecondProcess.Start(SecondProcess.WriteCache, folder.Path, specFile))!)];
        foreach (Process writer in writers)
        {
            using (writer)
            {
                string errors = writer.StandardError.ReadToEnd();
                writer.WaitForExit();
                Assert.That(writer.ExitCode, Is.Zero, errors);
            }
        }

        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
        string entry = Directory.GetFiles(folder.Path).Single();
        PatchMoESpec spec = TestSpecs.Read("specs/mnist-joint.json");
        var cache = new AssemblyCache(folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(cache.PathOf(SpecWriter.ModelToJson(spec)), Is.EqualTo(entry), "this process shares their entry");
            Assert.That(PatchMoECompiler.Compile(spec, cache).Spec.Name, Is.EqualTo(spec.Name));
        });
    }

    /// <summary>
    /// The key starts with the identities of everything that produces code: a rebuilt library has a different one. An entry's name is the hash of these and
    /// the spec, so an entry from another build is never found.
    /// </summary>
    [Test]
    public void OtherGeneratorVersion_IsAnotherEntry()
    {
        string own = Path.GetFileNameWithoutExtension(new AssemblyCache("cache").PathOf(Key));
        Guid[] tools = [.. new[] { typeof(PatchMoEGenerator), typeof(IPatchMoEModel), typeof(PatchMoESpec), typeof(PatchMoECompiler), typeof(object) }.Select(type => type.Module.ModuleVersionId)];
        Assert.That(own, Is.EqualTo(Name(tools)));
        for (int i = 0; i < tools.Length; i++)
        {
            Guid[] rebuilt = [.. tools];
            rebuilt[i] = new Guid("00000000-0000-0000-0000-000000000001");
            Assert.That(Name(rebuilt), Is.Not.EqualTo(own));
        }

        static string Name(Guid[] tools) =>
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{string.Join(' ', tools)}\n{Key}")));
    }

    [Test]
    public void CompiledModel_ComesFromTheCacheTheSecondTime()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        PatchMoESpec spec = RandomSpec.Of(0);
        PatchMoECompiler.Compile(spec, cache);
        byte[] entry = File.ReadAllBytes(cache.PathOf(SpecWriter.ModelToJson(spec)));
        byte[] kept = cache.GetOrAdd(SpecWriter.ModelToJson(spec), () => throw new AssertionException("built again"));
        Assert.Multiple(() =>
        {
            Assert.That(kept, Is.EqualTo(entry[32..]));
            Assert.That(PatchMoECompiler.Compile(spec, cache).Spec, Is.EqualTo(spec));
        });
    }

    [Test]
    public void IsCached_OnceCompiled_UntilTheEntryIsDamaged()
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        PatchMoESpec spec = RandomSpec.Of(0);
        Assert.That(PatchMoECompiler.IsCached(spec, cache), Is.False);
        PatchMoECompiler.Compile(spec, cache);
        Assert.That(PatchMoECompiler.IsCached(spec, cache), Is.True);
        File.WriteAllBytes(cache.PathOf(SpecWriter.ModelToJson(spec)), new byte[100]);
        Assert.That(PatchMoECompiler.IsCached(spec, cache), Is.False);
    }

    private static void IsRebuilt(Func<byte[], byte[]> damage)
    {
        using var folder = new TemporaryFolder();
        var cache = new AssemblyCache(folder.Path);
        cache.GetOrAdd(Key, () => s_assembly);
        byte[] intact = File.ReadAllBytes(cache.PathOf(Key));
        File.WriteAllBytes(cache.PathOf(Key), damage([.. intact]));
        bool built = false;
        byte[] assembly = cache.GetOrAdd(Key, () =>
        {
            built = true;
            return s_assembly;
        });
        Assert.Multiple(() =>
        {
            Assert.That(built, Is.True);
            Assert.That(assembly, Is.EqualTo(s_assembly));
            Assert.That(File.ReadAllBytes(cache.PathOf(Key)), Is.EqualTo(intact));
        });
    }
}
