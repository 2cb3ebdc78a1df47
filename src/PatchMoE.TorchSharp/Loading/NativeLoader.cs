using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PatchMoE.TorchSharp.Loading;

/// <summary>Opens shared libraries by their full paths.</summary>
internal static partial class NativeLoader
{
    /// <summary>What the loader of Linux says of a library that asks for a version of symbols which the system's libraries do not have.</summary>
    private const string MissingVersion = "' not found (required by ";

    /// <summary>Opens a library; later requests for its name, as another library's dependency, get this one.</summary>
    /// <exception cref="DllNotFoundException">It cannot be opened; the message is the loader's, in one line.</exception>
    public static nint Open(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return NativeLibrary.Load(path);
        }

        // All symbols at once, as .NET does not ask for: a libtorch of another release fails here and not in the middle of a computation. The reason of a failure is
        // lost where .NET binds functions after it; at the second attempt all are bound.
        const int now = 2;
        string? reason = null;
        for (int attempt = 1; attempt <= 2; attempt++)
        {
            if (OpenLibrary(path, now) is var handle && handle != 0)
            {
                return handle;
            }

            reason = Marshal.PtrToStringUTF8(LastError());
        }

        throw new DllNotFoundException(reason);
    }

    /// <summary>
    /// Opens a library that may be built for a newer C++ library than the system's. Where that is the only obstacle, a copy is opened whose unused version needs
    /// are weak (see <see cref="ElfVersionNeeds"/>).
    /// </summary>
    /// <param name="path">The library.</param>
    /// <param name="copies">A folder for copies, or null.</param>
    /// <exception cref="DllNotFoundException">It cannot be opened.</exception>
    /// <exception cref="BadInputException">The copy cannot be written.</exception>
    public static nint OpenOnOlderSystem(string path, string? copies)
    {
        try
        {
            return Open(path);
        }
        catch (DllNotFoundException failure) when (copies is not null && failure.Message.Contains(MissingVersion, StringComparison.Ordinal))
        {
            return Open(WeakenedCopy(path, copies));
        }
    }

    /// <summary>
    /// The path of a copy whose unused version needs are weak. It is named by its contents, written aside and renamed, so that several processes may make it at once;
    /// one that is there already is used if it is undamaged.
    /// </summary>
    internal static string WeakenedCopy(string library, string copies)
    {
        byte[] contents = ElfVersionNeeds.WeakenUnused(File.ReadAllBytes(library));
        string folder = Path.Combine(copies, Convert.ToHexStringLower(SHA256.HashData(contents))[..16]);
        string copy = Path.Combine(folder, Path.GetFileName(library));
        if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(contents))
        {
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new BadInputException($"{folder}: the folder cannot be made: {failure.Message} Set XDG_DATA_HOME to a folder that can be written in.", failure);
            }

            AtomicFile.Write(copy, stream => stream.Write(contents));
        }

        return copy;
    }

    [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenLibrary(string path, int flags);

    [LibraryImport("libdl.so.2", EntryPoint = "dlerror")]
    private static partial nint LastError();
}
