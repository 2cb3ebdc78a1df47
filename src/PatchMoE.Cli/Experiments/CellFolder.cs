using System.Collections.Concurrent;
using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Experiments;

/// <summary>
/// The results of an experiment: a file <c>cells/HASH.json</c> for each finished cell, written once. Any number of processes, on any number of machines that see the
/// folder, may work on it at the same time: a cell is claimed by a lock on <c>claims/HASH</c>, which ends with the process that holds it. Where a file system has no
/// locks, two processes may run the same cell; they write the same result.
/// </summary>
internal sealed class CellFolder
{
    private readonly string _cells;
    private readonly string _claims;
    private readonly Action<string> _report;
    private readonly ConcurrentDictionary<string, CellRecord> _known = new();
    private readonly ConcurrentDictionary<string, bool> _damaged = new();

    private CellFolder(string path, Action<string> report)
    {
        FullPath = Path.GetFullPath(path);
        _cells = OutputFolder.Create(Path.Combine(FullPath, "cells"));
        _claims = OutputFolder.Create(Path.Combine(FullPath, "claims"));
        _report = report;
    }

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Opens a folder, creating it if needed.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="report">Told what the user should know, one sentence each.</param>
    /// <exception cref="BadInputException">It cannot be created.</exception>
    public static CellFolder Open(string path, Action<string> report) => new(OutputFolder.Create(path), report);

    /// <summary>The result of a cell; null if it is not finished. A damaged file counts as none, and is replaced when the cell is run again.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public CellRecord? Find(ICell cell)
    {
        string hash = cell.Hash;
        if (_known.TryGetValue(hash, out CellRecord? known))
        {
            return known;
        }

        string path = PathOf(hash);
        if (!File.Exists(path))
        {
            return null;
        }

        if (CellRecord.TryParse(InputFile.Read(path, stream => new StreamReader(stream).ReadToEnd())) is { } record)
        {
            return _known.GetOrAdd(hash, record);
        }

        if (_damaged.TryAdd(hash, true))
        {
            _report($"{path}: the result of '{cell.Title}' is damaged. The cell is run again.");
        }

        return null;
    }

    /// <summary>Claims a cell until the claim is disposed; null if another process is running it. A finished cell may be claimed: ask <see cref="Find"/> afterwards.</summary>
    public CellClaim? TryClaim(ICell cell) => CellClaim.TryTake(Path.Combine(_claims, cell.Hash));

    /// <summary>Whether another process is running a cell.</summary>
    public bool IsClaimed(ICell cell)
    {
        if (!File.Exists(Path.Combine(_claims, cell.Hash)))
        {
            return false;
        }

        using CellClaim? claim = TryClaim(cell);
        return claim is null;
    }

    /// <summary>Saves a result.</summary>
    /// <param name="cell">A cell that the caller has claimed.</param>
    /// <param name="record">Its result.</param>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Add(ICell cell, CellRecord record)
    {
        string hash = cell.Hash;

        // Waiting for the disk would leave a core idle for milliseconds; what a power failure damages is noticed by its checksum and run again.
        AtomicFile.WriteText(PathOf(hash), record.ToJson(), flush: false);
        _known[hash] = record;
    }

    private string PathOf(string hash) => Path.Combine(_cells, $"{hash}.json");
}
