using System.Globalization;
using System.Text;
using PatchMoE.Training.Collectives;

namespace PatchMoE.Cli.Processes;

/// <summary>Lets processes tell each other whether they are ready, and that they are to do the same.</summary>
/// <param name="processes">The processes.</param>
internal sealed class Agreement(ICollective processes)
{
    private const string Error = "error: ";
    private const int Host = 64;
    private const int Text = 2048;
    private const int MostPrints = 4;
    private const int Record = Host + Text + (MostPrints * Fingerprint.Length);

    private readonly byte[] _records = new byte[processes.Size * Record];

    /// <summary>Exchanges what each process has to say.</summary>
    /// <param name="failure">What kept this process from being ready; null if nothing did.</param>
    /// <param name="prints">What must be the same on all, in the same order.</param>
    /// <exception cref="AgreedFailureException">A process is not ready or differs, on all processes alike.</exception>
    public void Reach(string? failure, IReadOnlyList<Fingerprint> prints)
    {
        Span<byte> own = RecordOf(processes.Rank);
        Write(Environment.MachineName, own[..Host]);
        Write(failure ?? "", own.Slice(Host, Text));
        for (int i = 0; i < prints.Count; i++)
        {
            prints[i].Hash.CopyTo(Print(processes.Rank, i));
        }

        processes.GatherBytes(_records);
        for (int process = 0; process < processes.Size; process++)
        {
            if (Read(RecordOf(process).Slice(Host, Text)) is { Length: > 0 } message)
            {
                throw new AgreedFailureException(FailAlike(message) ? message : NameProcess(message, process, processes.Size, HostOf(process)));
            }
        }

        for (int i = 0; i < prints.Count; i++)
        {
            for (int process = 1; process < processes.Size; process++)
            {
                if (!Print(process, i).SequenceEqual(Print(0, i)))
                {
                    throw new AgreedFailureException(
                        $"{Error}process {process} of {processes.Size} on {HostOf(process)} has another {prints[i].Name} than process 0 on {HostOf(0)}. Give all processes the same files and options, and install the same pmoe on all machines.");
                }
            }
        }
    }

    /// <summary>A message, with the process that it is of.</summary>
    public static string NameProcess(string message, int process, int count, string host)
    {
        string text = message.StartsWith(Error, StringComparison.Ordinal) ? message[Error.Length..] : message;
        return string.Create(CultureInfo.InvariantCulture, $"{Error}process {process} of {count} on {host}: {text}");
    }

    /// <summary>Whether all processes failed in the same way: then it is nobody's in particular.</summary>
    private bool FailAlike(string message)
    {
        for (int process = 0; process < processes.Size; process++)
        {
            if (Read(RecordOf(process).Slice(Host, Text)) != message)
            {
                return false;
            }
        }

        return true;
    }

    private Span<byte> RecordOf(int process) => _records.AsSpan(process * Record, Record);

    private Span<byte> Print(int process, int index) => RecordOf(process).Slice(Host + Text + (index * Fingerprint.Length), Fingerprint.Length);

    private string HostOf(int process) => Read(RecordOf(process)[..Host]);

    private static void Write(string text, Span<byte> bytes)
    {
        bytes.Clear();
        Encoding.UTF8.GetEncoder().Convert(text, bytes[..^1], flush: true, out _, out _, out _);
    }

    private static string Read(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]);
}
