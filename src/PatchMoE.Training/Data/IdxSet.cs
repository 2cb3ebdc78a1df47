using System.Text.RegularExpressions;

namespace PatchMoE.Training.Data;

/// <summary>
/// The idx files of one set of images in a folder, under every name that they are distributed with: MNIST's <c>t10k-images-idx3-ubyte</c>, also with a dot as
/// <c>t10k-images.idx3-ubyte</c>; EMNIST's <c>emnist-digits-test-images-idx3-ubyte</c>; each gzipped (<c>.gz</c>) or not.
/// </summary>
/// <param name="Name">What stands before the names of MNIST's files: empty, or for example <c>emnist-digits</c>.</param>
/// <param name="Files">The file of each part (train or test) and kind (images or labels).</param>
internal sealed partial record IdxSet(string Name, IReadOnlyDictionary<(string Part, string Kind), string> Files)
{
    /// <summary>The sets in a folder, by name.</summary>
    public static IdxSet[] In(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Select(path => (Path: path, Match: FileName().Match(Path.GetFileName(path))))
            .Where(file => file.Match.Success)
            .GroupBy(file => file.Match.Groups["set"].Value, StringComparer.OrdinalIgnoreCase)
            .OrderBy(set => set.Key, StringComparer.Ordinal)
            .Select(set => new IdxSet(set.Key, set
                .GroupBy(file => (Part(file.Match), file.Match.Groups["kind"].Value.ToLowerInvariant()), file => file.Path)
                .ToDictionary(file => file.Key, Preferred))),
    ];

    /// <summary>Whether there is a file of a part: <c>train</c> or <c>test</c>.</summary>
    public bool Has(string part) => Files.Keys.Any(file => file.Part == part);

    private static string Part(Match match) => string.Equals(match.Groups["part"].Value, "train", StringComparison.OrdinalIgnoreCase) ? "train" : "test";

    /// <summary>Of the same file under several names, that with a hyphen and unpacked: it comes first in this order.</summary>
    private static string Preferred(IEnumerable<string> paths) =>
        paths.OrderBy(path => Path.GetFileName(path).Contains(".idx", StringComparison.OrdinalIgnoreCase)).ThenBy(path => path.Length).ThenBy(path => path, StringComparer.Ordinal).First();

    [GeneratedRegex(@"^(?:(?<set>.+)-)?(?<part>train|t10k|test)-(?:(?<kind>images)[-.]idx3|(?<kind>labels)[-.]idx1)-ubyte(?:\.gz)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
