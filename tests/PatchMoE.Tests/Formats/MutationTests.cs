using System.Globalization;

namespace PatchMoE.Tests;

/// <summary>
/// Every reader against files that were damaged in structured ways: a result or the documented exception, never another one, and no more memory than the file's
/// size allows. <c>PATCHMOE_MUTATIONS</c> is the number of mutations for each reader, if there are to be more.
/// </summary>
[Category("Long")]
public sealed class MutationTests
{
    private const int Usual = 1000;

    /// <summary>The generator, which takes the strings of attributes, takes longer than readers do.</summary>
    private const int UsualOfGenerator = 200;

    private static readonly string? s_mutations = Environment.GetEnvironmentVariable("PATCHMOE_MUTATIONS");

    /// <summary>Where there is one, the folder of the memory's own file system: most of the time of reading a small file is the disk's.</summary>
    private static readonly string s_place = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateDirectory(Path.Combine(s_place, $"patchmoe-{Guid.NewGuid():N}")).FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(typeof(FileReaders), nameof(FileReaders.Names))]
    public void DamagedFiles(string name)
    {
        FileReader reader = new FileReaders(_folder, Path.Combine(Repository.Root, "specs")).Of(name);
        var mutations = new Mutations(reader.Files, seed: FileReaders.Names.ToList().IndexOf(name));
        int count = s_mutations is not null ? int.Parse(s_mutations, CultureInfo.InvariantCulture) : name == "attributes" ? UsualOfGenerator : Usual;
        int refused = 0;
        for (int number = 0; number < count; number++)
        {
            byte[] file = mutations.Make(number);
            try
            {
                refused += reader.Refuses(file) ? 1 : 0;
            }
            catch (Exception exception)
            {
                Assert.Fail($"mutation {number}, {file.Length} bytes: {exception}\n{Convert.ToBase64String(file.AsSpan(0, Math.Min(file.Length, 4096)))}");
            }
        }

        TestContext.Out.WriteLine($"{count} mutations, {refused} refused");
    }
}
