using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Sweeps;

/// <summary>What a cell has come to.</summary>
internal enum CellState
{
    /// <summary>It has no result yet.</summary>
    Open,

    /// <summary>It has one.</summary>
    Done,

    /// <summary>Its training diverged. That is a result: it would diverge again.</summary>
    Diverged,

    /// <summary>Its spec is not valid.</summary>
    Invalid,
}

/// <summary>The results of a sweep so far.</summary>
internal sealed class SweepState
{
    private SweepState(Sweep sweep, IReadOnlyList<CellRecord?> records)
    {
        (Sweep, Records) = (sweep, records);
        ResultNames = [.. records.Where(record => record is not null).SelectMany(record => record!.Result).Select(value => value.Key).Where(name => name != TrainingCell.Diverged).Distinct()];
    }

    /// <summary>The sweep.</summary>
    public Sweep Sweep { get; }

    /// <summary>The record of each of its cells; null for those without one.</summary>
    public IReadOnlyList<CellRecord?> Records { get; }

    /// <summary>The names of the numbers that cells result in.</summary>
    public IReadOnlyList<string> ResultNames { get; }

    /// <summary>Whether every cell that can be run has a result.</summary>
    public bool IsComplete => Count(CellState.Open) == 0;

    /// <summary>Reads the results of a folder.</summary>
    /// <exception cref="BadInputException">One cannot be read.</exception>
    public static SweepState Read(Sweep sweep, CellFolder folder) => new(sweep, [.. sweep.Cells.Select(cell => cell.Training is { } training ? folder.Find(training) : null)]);

    /// <summary>The state of a cell.</summary>
    public CellState StateOf(int cell) => Sweep.Cells[cell].Training is null ? CellState.Invalid
        : Records[cell] is not { } record ? CellState.Open
        : record.Result.ContainsKey(TrainingCell.Diverged) ? CellState.Diverged
        : CellState.Done;

    /// <summary>The number of cells in a state.</summary>
    public int Count(CellState state) => Enumerable.Range(0, Records.Count).Count(cell => StateOf(cell) == state);

    /// <summary>A number of a cell's result; null if it has none of that name.</summary>
    public double? Number(int cell, string name) => Records[cell]?.Result[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
        : null;

    /// <summary>Why a cell has no numbers; empty if it has, or is open.</summary>
    public string Message(int cell) => StateOf(cell) switch
    {
        CellState.Diverged => (string)Records[cell]!.Result[TrainingCell.Diverged]!,
        CellState.Invalid => string.Join(' ', Sweep.Cells[cell].Point.Mistakes.Select(mistake => mistake.Reason)),
        _ => "",
    };
}
