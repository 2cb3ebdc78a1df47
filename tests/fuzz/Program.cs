using PatchMoE.Tests;
using SharpFuzz;

namespace PatchMoE.Fuzz;

/// <summary>
/// <c>seeds FOLDER</c> writes the files that fuzzing begins with, in a folder for each reader; <c>run READER</c> reads what AFL++ makes of them; <c>try READER FILE…</c> reads
/// files once and says what comes of them. Only <c>run</c> works with instrumented assemblies.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        string folder = Directory.CreateTempSubdirectory("patchmoe-fuzz-").FullName;
        try
        {
            var readers = new FileReaders(folder, Path.Combine(AppContext.BaseDirectory, "specs"));
            switch (args)
            {
                case ["seeds", string place]:
                    WriteSeeds(readers, place);
                    return 0;
                case ["run", string name]:
                    Run(readers, name);
                    return 0;
                case ["try", string name, .. string[] files]:
                    Try(readers.Of(name), files);
                    return 0;
                default:
                    Console.Error.WriteLine($"Usage: seeds FOLDER | run READER | try READER FILE…; the readers are {string.Join(", ", FileReaders.Names)}.");
                    return 2;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteSeeds(FileReaders readers, string place)
    {
        foreach (string name in FileReaders.Names)
        {
            string folder = Directory.CreateDirectory(Path.Combine(place, name)).FullName;
            foreach ((int number, byte[] file) in readers.Of(name).Files.Index())
            {
                File.WriteAllBytes(Path.Combine(folder, $"{number}"), file);
            }
        }
    }

    /// <summary>The reader and its files are made in the first turn: before, an instrumented assembly has no memory to count in.</summary>
    private static void Run(FileReaders readers, string name)
    {
        TimedReader? reader = null;
        using var bytes = new MemoryStream();
        Fuzzer.OutOfProcess.Run(stream =>
        {
            bytes.SetLength(0);
            stream.CopyTo(bytes);
            reader ??= new TimedReader(readers.Of(name));
            reader.Read(bytes.ToArray());
        });
    }

    private static void Try(FileReader of, string[] files)
    {
        var reader = new TimedReader(of);
        foreach (string file in files)
        {
            try
            {
                Console.WriteLine($"{file}: {(reader.Read(File.ReadAllBytes(file)) ? "refused" : "read")}");
            }
            catch (Exception exception)
            {
                Console.WriteLine($"{file}: {exception}");
            }
        }
    }
}
