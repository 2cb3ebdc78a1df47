using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>The parts of CelebA, with their numbers in <c>list_eval_partition.txt</c>.</summary>
internal enum CelebaPart
{
    Train = 0,
    Validation = 1,
    Test = 2,
}

/// <summary>Reads CelebA's split, <c>list_eval_partition.txt</c>: in each line a file name and the number of its part.</summary>
internal static class CelebaPartition
{
    /// <summary>The part of each picture.</summary>
    /// <param name="path">The file. It may list other pictures, too.</param>
    /// <param name="pictures">The pictures.</param>
    /// <exception cref="BadInputException">The file cannot be read, a line is damaged, or a picture is not in it.</exception>
    public static CelebaPart[] Read(string path, IReadOnlyList<CelebaPicture> pictures) => InputFile.Read(path, stream =>
    {
        using var reader = new StreamReader(stream);
        Dictionary<string, CelebaPart> parts = Parse(path, reader);
        return pictures.Select(picture => parts.TryGetValue(picture.File, out CelebaPart part) ? part : throw new BadInputException(
            $"{path}: {picture.File}, which has attributes, is in no part. Add a line '{picture.File} 0' (1 for validation, 2 for testing), or remove the file to split the pictures by the seed."))
            .ToArray();
    });

    private static Dictionary<string, CelebaPart> Parse(string path, StreamReader reader)
    {
        var parts = new Dictionary<string, CelebaPart>(StringComparer.Ordinal);
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (words is not [var file, "0" or "1" or "2"])
            {
                throw new BadInputException($"{path}, line {number}: '{Excerpt.Of(line.Trim())}' is not a file name and 0, 1 or 2. The file is damaged, or not CelebA's split: download it again.");
            }

            parts[file] = (CelebaPart)(words[1][0] - '0');
        }

        return parts;
    }
}
