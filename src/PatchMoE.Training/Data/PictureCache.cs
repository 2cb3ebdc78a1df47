using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>
/// Decodes the pictures of a folder once and keeps them in a file for the next run, which finds them by folder and size, and decodes them again if one of them has changed.
/// The file: a magic number, the key (32 bytes), the number of pictures and of bytes in each, the pictures, and for each a byte that tells whether it could be decoded.
/// </summary>
internal sealed class PictureCache
{
    private const int Chunk = 64;
    private const int HeaderLength = 8 + KeyLength + 8;
    private const int KeyLength = 32;
    private static readonly byte[] s_magic = "PMOEPIX1"u8.ToArray();

    private readonly string _root;
    private readonly IReadOnlyList<ClassFile> _pictures;
    private readonly PictureTarget _image;
    private readonly LoadOptions _options;

    private PictureCache(string root, IReadOnlyList<ClassFile> pictures, PictureTarget image, LoadOptions options) =>
        (_root, _pictures, _image, _options) = (root, pictures, image, options);

    /// <summary>The decoded pictures, from the cache if they are there.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="pictures">Its pictures.</param>
    /// <param name="image">The size of the images.</param>
    /// <param name="options">The decoder, the cache, progress.</param>
    /// <returns>The pictures, and which of them could not be decoded, with the reason.</returns>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static (PixelFile Pixels, IReadOnlyList<(ClassFile Picture, string Reason)> Broken) Open(
        string root, IReadOnlyList<ClassFile> pictures, PictureTarget image, LoadOptions options) => new PictureCache(root, pictures, image, options).Open();

    private (PixelFile Pixels, IReadOnlyList<(ClassFile Picture, string Reason)> Broken) Open()
    {
        byte[] key = Key();
        string folder = Folder();
        bool isTemporary = _options.CacheFolder is null || folder != _options.CacheFolder;
        string path = Path.Combine(folder, isTemporary ? $"pmoe-{Guid.NewGuid():N}.pixels" : $"{Name()}.pixels");
        if (!isTemporary && TryOpen(path, key) is { } kept)
        {
            return kept;
        }

        var broken = new (ClassFile, string)?[_pictures.Count];
        AtomicFile.Write(path, stream => Decode(stream, key, broken));
        FileOptions options = isTemporary ? FileOptions.DeleteOnClose : FileOptions.None;
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess | options);
        return (new PixelFile(file, HeaderLength, _image.Length), [.. broken.OfType<(ClassFile, string)>()]);
    }

    /// <summary>The folder of the cache, or of temporary files if it cannot be written to.</summary>
    private string Folder()
    {
        if (_options.CacheFolder is not { } folder)
        {
            return Path.GetTempPath();
        }

        try
        {
            Directory.CreateDirectory(folder);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Path.GetTempPath();
        }
    }

    private (PixelFile Pixels, IReadOnlyList<(ClassFile Picture, string Reason)> Broken)? TryOpen(string path, byte[] key)
    {
        try
        {
            SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            byte[] header = Header(key);
            var found = new byte[HeaderLength];
            long statusAt = HeaderLength + ((long)_pictures.Count * _image.Length);
            var status = new byte[_pictures.Count];
            if (RandomAccess.GetLength(file) == statusAt + _pictures.Count && RandomAccess.Read(file, found, 0) == HeaderLength && found.AsSpan().SequenceEqual(header)
                && RandomAccess.Read(file, status, statusAt) == status.Length)
            {
                return (new PixelFile(file, HeaderLength, _image.Length), [.. Reasons(status)]);
            }

            file.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Why pictures that could not be decoded still cannot; the cache only knows that they could not.</summary>
    private IEnumerable<(ClassFile Picture, string Reason)> Reasons(byte[] status)
    {
        var pixels = new byte[_image.Length];
        for (int i = 0; i < status.Length; i++)
        {
            if (status[i] != 0)
            {
                yield return (_pictures[i], Decode(i, pixels) ?? "it could not be decoded");
            }
        }
    }

    private void Decode(Stream stream, byte[] key, (ClassFile, string)?[] broken)
    {
        stream.Write(Header(key));
        var pixels = new byte[Chunk][];
        for (int start = 0; start < _pictures.Count; start += Chunk)
        {
            int count = Math.Min(Chunk, _pictures.Count - start);
            var parallel = new ParallelOptions { CancellationToken = _options.Cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
            Parallel.For(0, count, parallel, i =>
            {
                pixels[i] ??= new byte[_image.Length];
                if (Decode(start + i, pixels[i]) is { } reason)
                {
                    broken[start + i] = (_pictures[start + i], reason);
                    pixels[i].AsSpan().Clear();
                }
            });
            for (int i = 0; i < count; i++)
            {
                stream.Write(pixels[i]);
            }

            _options.Progress?.Report((start + count, _pictures.Count));
        }

        stream.Write([.. broken.Select(one => (byte)(one is null ? 0 : 1))]);
    }

    /// <summary>Decodes one picture; returns why it cannot be, or null.</summary>
    private string? Decode(int index, Span<byte> pixels)
    {
        try
        {
            _options.Pictures!.Read(Path.Combine(_root, _pictures[index].File), _image, pixels);
            return null;
        }
        catch (BadInputException exception)
        {
            return exception.Message;
        }
    }

    private byte[] Header(byte[] key)
    {
        var header = new byte[HeaderLength];
        s_magic.CopyTo(header, 0);
        key.CopyTo(header, s_magic.Length);
        BitConverter.TryWriteBytes(header.AsSpan(HeaderLength - 8), _pictures.Count);
        BitConverter.TryWriteBytes(header.AsSpan(HeaderLength - 4), _image.Length);
        return header;
    }

    /// <summary>The file's name: the folder, and the size of the images.</summary>
    private string Name()
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFullPath(_root)}\n{_image.Height} {_image.Width} {_image.Channels} {_image.Fit}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    /// <summary>Changes if a picture is added, removed or written to, and with the decoder.</summary>
    private byte[] Key()
    {
        var text = new StringBuilder();
        Type decoder = _options.Pictures!.GetType();
        text.Append(CultureInfo.InvariantCulture, $"{decoder.FullName} {decoder.Assembly.ManifestModule.ModuleVersionId}\n");
        foreach (ClassFile picture in _pictures)
        {
            var file = new FileInfo(Path.Combine(_root, picture.File));
            text.Append(CultureInfo.InvariantCulture, $"{picture.File} {(file.Exists ? file.Length : -1)} {file.LastWriteTimeUtc.Ticks}\n");
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
