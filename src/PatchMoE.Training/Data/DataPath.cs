namespace PatchMoE.Training.Data;

/// <summary>Paths of a spec's data.</summary>
internal static class DataPath
{
    /// <summary>
    /// The full path. A spec written on Windows may separate folders by backslashes; elsewhere these are read as slashes, unless there is a file whose name contains
    /// them.
    /// </summary>
    /// <param name="path">The path in the spec.</param>
    /// <param name="folder">The folder that it is relative to: the spec file's own.</param>
    public static string Resolve(string path, string folder)
    {
        string full = Path.GetFullPath(path, folder);
        return Path.DirectorySeparatorChar == '\\' || !path.Contains('\\') || Path.Exists(full) ? full : Path.GetFullPath(path.Replace('\\', '/'), folder);
    }

    /// <summary>The same data with every path in it replaced.</summary>
    /// <param name="data">The data.</param>
    /// <param name="replace">Gives the path that takes the place of another.</param>
    public static DataSpec Map(DataSpec data, Func<string, string> replace) => data switch
    {
        ArraysDataSpec arrays => arrays with
        {
            TrainInput = replace(arrays.TrainInput),
            TrainLabels = replace(arrays.TrainLabels),
            TestInput = replace(arrays.TestInput),
            TestLabels = replace(arrays.TestLabels),
            TrainLengths = arrays.TrainLengths is null ? null : replace(arrays.TrainLengths),
            TestLengths = arrays.TestLengths is null ? null : replace(arrays.TestLengths),
        },
        FolderDataSpec pictures => pictures with { Path = replace(pictures.Path) },
        TextDataSpec texts => texts with { Path = replace(texts.Path), Test = texts.Test is null ? null : replace(texts.Test) },
        CsvDataSpec csv => csv with { File = replace(csv.File), Test = csv.Test is null ? null : replace(csv.Test) },
        Cifar10DataSpec { Source: { } source } cifar => cifar with { Source = replace(source) },
        CelebaDataSpec { Source: { } source } celeba => celeba with { Source = replace(source) },
        _ => data,
    };
}
