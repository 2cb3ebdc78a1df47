namespace PatchMoE.Tests;

[TestFixture]
public sealed class DataPathTests
{
    /// <summary>Data of every kind with a name for each path that it has.</summary>
    private static IEnumerable<(DataSpec Data, string[] Paths)> Kinds =>
    [
        (new ArraysDataSpec("a", "b", "c", "d"), ["a", "b", "c", "d"]),
        (new ArraysDataSpec("a", "b", "c", "d") { TrainLengths = "e", TestLengths = "f" }, ["a", "b", "c", "d", "e", "f"]),
        (new FolderDataSpec("a", 0.2, ImageFit.Crop), ["a"]),
        (new CsvDataSpec("a", null, "label", 0.2), ["a"]),
        (new CsvDataSpec("a", "b", "label", 0.2), ["a", "b"]),
        (new Cifar10DataSpec("a", null, null), ["a"]),
        (new Cifar10DataSpec(null, null, null), []),
        (new CelebaDataSpec("a", EquatableArray.Of("Smiling"), null, null, ImageFit.Crop), ["a"]),
        (new CelebaDataSpec(null, EquatableArray.Of("Smiling"), null, null, ImageFit.Crop), []),
        (Specs.MosaicData(4, 2), []),
        (Specs.Synthetic, []),
        (new ImagesDataSpec("mnist", 4, 2), []),
    ];

    [Test]
    public void EveryPathIsReplaced_AndNothingElse()
    {
        foreach ((DataSpec data, string[] paths) in Kinds)
        {
            var replaced = new List<string>();
            DataSpec mapped = DataPath.Map(data, path =>
            {
                replaced.Add(path);
                return $"{path}2";
            });
            Assert.That(replaced, Is.EquivalentTo(paths), data.ToString());
            Assert.That(DataPath.Map(mapped, path => path[..^1]), Is.EqualTo(data));
            Assert.That(mapped == data, Is.EqualTo(paths.Length == 0), data.ToString());
        }
    }
}
