using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PatchMoE.Formats;

namespace PatchMoE.TorchSharp.Loading;

/// <summary>Opens shared libraries by their full paths.</summary>
internal static partial class NativeLoader
{
    /// <summary>What the Linux loader reports for a library that requires a symbol version which the system's libraries do not have.</summary>
    private const string MissingVersion = "' not found (required by ";

    /// <summary>Opens a library; later requests for its name, as another library's dependency, resolve to it.</summary>
    /// <exception cref="DllNotFoundException">It cannot be opened; the message is the loader's, on one line.</exception>
    public static nint Open(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return NativeLibrary.Load(path);
        }

        // Binds all symbols at once, which .NET does not do: a libtorch of another release fails here and not in the middle of a computation. The reason for a failure is
        // lost if .NET binds functions later; the second attempt binds them all.
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
    /// Opens a library that may be built for a newer C++ library than the system's. If that is the only obstacle, a copy is opened whose unused version requirements
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
    /// The path of a copy whose unused version requirements are weak. It is named by its contents, written to a temporary file and renamed, so that several processes may make
    /// it at once; an existing one is used if it is undamaged.
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
                throw new BadInputException($"{folder}: the folder cannot be created: {failure.Message} Set XDG_DATA_HOME to a writable folder.", failure);
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
