using System.Text;
using Microsoft.Win32.SafeHandles;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Outputs;

/// <summary>Standard output. What goes wrong there is said of it by name, and it is said: a pipe whose reader has gone is not written to in vain.</summary>
internal sealed class StandardOutput : TextWriter
{
    /// <summary>EPIPE, on Linux and macOS.</summary>
    private const int BrokenPipe = 32;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Null if it is closed.</summary>
    private readonly StreamWriter? _writer = InheritedDescriptor.IsClosed(InheritedDescriptor.Output) ? null : new(OpenStream(), s_utf8) { AutoFlush = true };

    /// <inheritdoc/>
    public override Encoding Encoding => s_utf8;

    /// <inheritdoc/>
    public override void Write(char value) => Explain(writer => writer.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Explain(writer => writer.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Explain(writer => writer.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Explain(writer => writer.WriteLine(value));

    /// <summary>The console's stream, except for a pipe on Unix, where it would pass over the reader's end without a word.</summary>
    private static Stream OpenStream()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        // Of a file, this stream would keep a position of its own, beside that of the error stream in the same file.
        var pipe = new FileStream(new SafeFileHandle(InheritedDescriptor.Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }

    private void Explain(Action<StreamWriter> write)
    {
        try
        {
            write(_writer ?? throw Error("it is closed. Redirect it to a file, or to /dev/null", cause: null));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Error("it is not open for writing. Redirect it to a file, or to /dev/null", e);
        }
        catch (IOException e) when (_writer is not null)
        {
            throw Error(e.HResult == BrokenPipe ? "the program that reads it has ended" : $"{IoReason.Of(e)}. Redirect it elsewhere", e);
        }
    }

    private static IOException Error(string reason, Exception? cause) => new($"standard output: cannot be written: {reason}.", cause);
}
