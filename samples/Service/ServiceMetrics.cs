using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Service;

/// <summary>
/// Counts answers and their times: as instruments, which dotnet-counters and OpenTelemetry find under the meter's name, and as text in the format of Prometheus.
/// </summary>
public sealed class ServiceMetrics : IDisposable
{
    public const string MeterName = "PatchMoE.Service";

    // Upper bounds in seconds; the last bucket has none.
    private static readonly double[] s_bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

    private readonly Meter _meter;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _seconds;
    private readonly MeterListener _listener = new();
    private readonly long[] _buckets = new long[s_bounds.Length + 1];
    private long _answers;
    private long _refusals;
    private long _microseconds;

    public ServiceMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _answered = _meter.CreateCounter<long>("service.answers", description: "Pictures classified.");
        _refused = _meter.CreateCounter<long>("service.refusals", description: "Requests without a picture that the model takes.");
        _seconds = _meter.CreateHistogram<double>("service.seconds", "s", "From the first byte of the body to the answer.");
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Interlocked.Add(ref instrument == _answered ? ref _answers : ref _refusals, value));
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => Record(value));
        Array.ForEach<Instrument>([_answered, _refused, _seconds], instrument => _listener.EnableMeasurementEvents(instrument));
        _listener.Start();
    }

    public void Answered(TimeSpan time)
    {
        _answered.Add(1);
        _seconds.Record(time.TotalSeconds);
    }

    public void Refused() => _refused.Add(1);

    /// <summary>All numbers, in the text format of Prometheus.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# TYPE service_answers_total counter\nservice_answers_total {Interlocked.Read(ref _answers)}");
        Line($"# TYPE service_refusals_total counter\nservice_refusals_total {Interlocked.Read(ref _refusals)}");
        Line($"# TYPE service_seconds histogram");
        long below = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            below += Interlocked.Read(ref _buckets[i]);
            string bound = i < s_bounds.Length ? s_bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line($"service_seconds_bucket{{le=\"{bound}\"}} {below}");
        }

        Line($"service_seconds_sum {Interlocked.Read(ref _microseconds) / 1e6}\nservice_seconds_count {below}");
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Record(double seconds)
    {
        int bucket = Array.FindIndex(s_bounds, bound => seconds <= bound);
        Interlocked.Increment(ref _buckets[bucket < 0 ? s_bounds.Length : bucket]);
        Interlocked.Add(ref _microseconds, (long)(seconds * 1e6));
    }
}
