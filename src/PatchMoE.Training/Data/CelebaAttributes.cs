using System.Globalization;
using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>An attribute that a spec names.</summary>
/// <param name="Field">The field of the spec that names it.</param>
/// <param name="Name">Its name.</param>
internal sealed record NamedAttribute(string Field, string Name);

/// <summary>A picture of CelebA's list.</summary>
/// <param name="File">Its file name.</param>
/// <param name="Line">Its line in the list, from 1.</param>
/// <param name="Attributes">Which of the wanted attributes it has: bit i for the i-th.</param>
internal sealed record CelebaPicture(string File, int Line, ulong Attributes);

/// <summary>
/// Reads CelebA's list of attributes, <c>list_attr_celeba.txt</c>: the number of pictures, the names of the attributes, then for each picture its file name and, for each attribute,
/// 1 or −1, separated by spaces.
/// </summary>
internal sealed class CelebaAttributes
{
    private readonly string _path;
    private int _line;

    private CelebaAttributes(string path) => _path = path;

    /// <summary>Reads the whole list, of which every value is checked and the wanted attributes are kept.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wanted">At most 64 attributes.</param>
    /// <exception cref="BadInputException">The file cannot be read, a line is damaged, or it has no such attribute.</exception>
    public static IReadOnlyList<CelebaPicture> Read(string path, IReadOnlyList<NamedAttribute> wanted) => InputFile.Read(path, stream =>
    {
        using var reader = new StreamReader(stream);
        return new CelebaAttributes(path).Read(reader, wanted);
    });

    private List<CelebaPicture> Read(StreamReader reader, IReadOnlyList<NamedAttribute> wanted)
    {
        string first = (Line(reader) ?? "").Trim();
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            throw Damaged($"'{Excerpt.Of(first)}' is not the number of pictures that the file begins with");
        }

        string[] names = Words(Line(reader) ?? "");
        int[] columns = [.. wanted.Select(attribute => Column(attribute, names))];
        var pictures = new List<CelebaPicture>();
        var files = new HashSet<string>(StringComparer.Ordinal);
        while (Line(reader) is { } line)
        {
            string[] words = Words(line);
            if (words.Length == 0)
            {
                continue;
            }

            CelebaPicture picture = Picture(words, names, columns);
            pictures.Add(files.Add(picture.File) ? picture : throw Damaged($"{picture.File} is listed a second time"));
        }

        return pictures.Count == count ? pictures : throw new BadInputException(
            $"{_path}: line 1 announces {count} pictures, but {pictures.Count} are listed. If the file was cut off, download it again; if you changed it, correct line 1.");
    }

    private CelebaPicture Picture(string[] words, string[] names, int[] columns)
    {
        if (words.Length != names.Length + 1)
        {
            throw Damaged($"there are {words.Length - 1} values for {names.Length} attributes");
        }

        if (Array.FindIndex(words, 1, word => word is not ("1" or "-1")) is > 0 and var wrong)
        {
            throw Damaged($"the value of {names[wrong - 1]} is '{Excerpt.Of(words[wrong])}', not 1 or -1");
        }

        ulong attributes = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            attributes |= words[columns[i] + 1] == "1" ? 1UL << i : 0;
        }

        return new CelebaPicture(words[0], _line, attributes);
    }

    private int Column(NamedAttribute attribute, string[] names)
    {
        int column = Array.IndexOf(names, attribute.Name);
        return column >= 0 ? column : throw new BadInputException(
            $"{attribute.Field}: there is no attribute '{Excerpt.Of(attribute.Name)}' in {_path}. "
            + (Spelling.Nearest(attribute.Name, names) is { } nearest ? $"Did you mean '{nearest}'?" : $"Use one of {string.Join(", ", names)}."));
    }

    private string? Line(StreamReader reader)
    {
        _line++;
        return reader.ReadLine();
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private BadInputException Damaged(string mistake) =>
        new($"{_path}, line {_line}: {mistake}. The file is damaged, or not CelebA's list of attributes: download it again.");
}
