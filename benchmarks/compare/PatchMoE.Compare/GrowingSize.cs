using PatchMoE.Measurement;

namespace PatchMoE.Compare;

/// <summary>One network of a series, and the shortest times of its passes so far.</summary>
internal sealed class GrowingSize : IDisposable
{
    private const int RunsOfTurn = 3;

    private readonly int _size;
    private readonly Passes _passes;
    private readonly int _batch;
    private double _forward = double.PositiveInfinity;
    private double _step = double.PositiveInfinity;

    /// <param name="size">The size that grows.</param>
    /// <param name="passes">The network's passes; disposed with this.</param>
    /// <param name="batch">B.</param>
    public GrowingSize(int size, Passes passes, int batch)
    {
        (_size, _passes, _batch) = (size, passes, batch);
        PassTimer.WarmUp(passes.Forward);
        PassTimer.WarmUp(passes.Step);
    }

    public GrowthPoint Point => new(_size, _forward, _step, _passes.Cost.Step(_batch));

    public void TakeTurn()
    {
        _forward = Math.Min(_forward, Turn.Take(_passes.Forward, RunsOfTurn).Min());
        _step = Math.Min(_step, Turn.Take(_passes.Step, RunsOfTurn).Min());
    }

    public void Dispose() => _passes.Dispose();
}
