using System.Text;
using Microsoft.Win32.SafeHandles;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Outputs;

/// <summary>Standard output. What goes wrong there is said of it by name, and it is said: a pipe whose reader has gone is not written to in vain.</summary>
internal sealed class StandardOutput : TextWriter
{
    private const int Descriptor = 1;

    /// <summary>EPIPE, on Linux and macOS.</summary>
    private const int BrokenPipe = 32;

    private readonly StreamWriter _writer = new(OpenStream(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <inheritdoc/>
    public override Encoding Encoding => _writer.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Explain(() => _writer.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Explain(() => _writer.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Explain(() => _writer.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Explain(() => _writer.WriteLine(value));

    /// <summary>The console's stream, except for a pipe on Unix, where it would pass over the reader's end without a word.</summary>
    private static Stream OpenStream()
    {
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                var pipe = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
                if (!pipe.CanSeek)
                {
                    return pipe;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // It is closed: the first write says so.
            }
        }

        return Console.OpenStandardOutput();
    }

    private static void Explain(Action write)
    {
        try
        {
            write();
        }
        catch (UnauthorizedAccessException e)
        {
            throw Error("it is closed. Redirect it to a file, or to /dev/null", e);
        }
        catch (IOException e)
        {
            throw Error(e.HResult == BrokenPipe ? "the program that reads it has ended" : $"{IoReason.Of(e)}. Redirect it elsewhere", e);
        }
    }

    private static IOException Error(string reason, Exception cause) => new($"standard output: cannot be written: {reason}.", cause);
}
