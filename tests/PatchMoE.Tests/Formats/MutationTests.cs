using System.Globalization;

namespace PatchMoE.Tests;

/// <summary>
/// Every reader against files that were damaged in structured ways: a result or the documented exception, never another one, and no more memory than the file's
/// size allows. <c>PATCHMOE_MUTATIONS</c> is the number of mutations for each reader, if there are to be more.
/// </summary>
public sealed class MutationTests
{
    private static readonly int s_mutations =
        int.Parse(Environment.GetEnvironmentVariable("PATCHMOE_MUTATIONS") ?? "1000", CultureInfo.InvariantCulture);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(FileReaders), nameof(FileReaders.Names))]
    public void DamagedFiles(string name)
    {
        FileReader reader = new FileReaders(_folder.Path, Path.Combine(Repository.Root, "specs")).Of(name);
        var mutations = new Mutations(reader.Files, seed: FileReaders.Names.ToList().IndexOf(name));
        int refused = 0;
        for (int number = 0; number < s_mutations; number++)
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

        TestContext.Out.WriteLine($"{s_mutations} mutations, {refused} refused");
    }
}
