using Google.Protobuf;

namespace PatchMoE.Reports.TensorBoard;

/// <summary>
/// The part of TensorBoard's events that scalars need, as protocol buffers. The numbers of the fields are those of tensorflow/core/util/event.proto and
/// tensorflow/core/framework/summary.proto.
/// </summary>
internal static class EventMessage
{
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int SummaryField = 5;
    private const int SummaryValue = 1;
    private const int Tag = 1;
    private const int SimpleValue = 2;

    /// <summary>The first event of a file.</summary>
    /// <param name="seconds">Since 1970.</param>
    public static byte[] First(double seconds) => Bytes(output =>
    {
        WriteWallTime(output, seconds);
        output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
        output.WriteString("brain.Event:2");
    });

    /// <summary>The scalars of one step.</summary>
    /// <param name="seconds">Since 1970.</param>
    /// <param name="step">The step.</param>
    /// <param name="scalars">Tags and values.</param>
    public static byte[] Scalars(double seconds, long step, IEnumerable<(string Tag, float Value)> scalars) => Bytes(output =>
    {
        WriteWallTime(output, seconds);
        output.WriteTag(Step, WireFormat.WireType.Varint);
        output.WriteInt64(step);
        WriteMessage(output, SummaryField, summary =>
        {
            foreach ((string tag, float value) in scalars)
            {
                WriteMessage(summary, SummaryValue, one =>
                {
                    one.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
                    one.WriteString(tag);
                    one.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
                    one.WriteFloat(value);
                });
            }
        });
    });

    private static void WriteWallTime(CodedOutputStream output, double seconds)
    {
        output.WriteTag(WallTime, WireFormat.WireType.Fixed64);
        output.WriteDouble(seconds);
    }

    private static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Bytes(write)));
    }

    private static byte[] Bytes(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            write(output);
        }

        return stream.ToArray();
    }
}
