using PatchMoE.Measurement;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>Times forward passes of a trained model on one thread. Every pass reads other samples, as in use, so that they come from memory and not from a cache.</summary>
/// <param name="model">The model.</param>
/// <param name="samples">The samples, in memory.</param>
/// <param name="batch">B, the samples of a pass.</param>
internal sealed class PredictionClock(IPatchMoEModel model, Dataset samples, int batch) : IDisposable
{
    private readonly Workspace _workspace = model.CreateWorkspace(threads: 1);
    private readonly float[] _logits = new float[batch * model.Outputs];
    private readonly List<double> _seconds = [];
    private int _next;

    /// <summary>The median duration of a pass over its number of samples, in seconds.</summary>
    public double SecondsPerSample => Timing.Of(_seconds).Median / batch;

    /// <summary>Runs passes until the model's code is fully compiled.</summary>
    public void WarmUp(CancellationToken cancellation) => PassTimer.WarmUp(Pass, cancellation);

    /// <summary>Times more passes.</summary>
    public void Repeat(int passes, CancellationToken cancellation)
    {
        for (int i = 0; i < passes; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            _seconds.Add(PassTimer.Once(Pass));
        }
    }

    public void Dispose() => _workspace.Dispose();

    private void Pass()
    {
        model.Forward(samples.Inputs.Slice(_next * batch * model.InputLength, batch * model.InputLength), _logits, _workspace);
        _next = (_next + 1) % (samples.Count / batch);
    }
}
