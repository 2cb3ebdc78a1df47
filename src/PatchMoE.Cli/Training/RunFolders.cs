using System.Diagnostics;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Runs;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Training;

/// <summary>Chooses the folder of a training run.</summary>
internal static class RunFolders
{
    /// <summary>
    /// The folder to train in. Without <paramref name="path"/> it is <c>runs/{name}-{seed}</c>, with the first free number appended or, to resume, the last that
    /// holds a run.
    /// </summary>
    /// <param name="path">The user's choice; null for none.</param>
    /// <param name="spec">The spec with its seed.</param>
    /// <param name="resume">Whether to resume a run.</param>
    /// <param name="force">Whether to replace a run.</param>
    /// <exception cref="BadInputException">The folder holds a run that may not be replaced, holds none to resume, or is not writable.</exception>
    public static RunFolder Choose(string? path, PatchMoESpec spec, bool resume, bool force)
    {
        if (path is null && !resume && !force)
        {
            return OpenNext(spec);
        }

        string chosen = path ?? Last(spec);
        if (resume && !RunPlaces.IsBegun(chosen))
        {
            throw new BadInputException($"{chosen}: there is no run to resume. Start one without --resume, or give the folder of one with --out.");
        }

        if (RunPlaces.HoldsRun(chosen) && !resume && !force)
        {
            throw new BadInputException($"{chosen}: the folder already holds a run. Continue it with --resume, replace it with --force, or choose another folder with --out.");
        }

        string saved = Path.Combine(chosen, "spec.json");
        if (File.Exists(saved) && !resume && !force && !IsOf(saved, spec))
        {
            throw new BadInputException($"{saved}: the folder has another spec, which the run's would replace. Choose another folder with --out, or replace it with --force.");
        }

        RunFolder folder = RunFolder.Open(chosen);
        if (force)
        {
            Clear(folder);
        }

        return folder;
    }

    /// <summary>Whether a training of this network and data wrote a spec, and no user did, who would miss it.</summary>
    private static bool IsOf(string path, PatchMoESpec spec)
    {
        string text = Inputs.SpecFile.ReadText(path);
        return SpecReader.Read(text, path).Spec is { } saved && saved.Model == spec.Model && saved.Data == spec.Data && SpecWriter.ToJson(saved) == text;
    }

    /// <summary>Nothing of an old run may be mistaken for part of the new one.</summary>
    private static void Clear(RunFolder folder)
    {
        foreach (string path in (string[])[folder.SpecPath, folder.MetricsPath, folder.WeightsPath, folder.CheckpointPath, folder.PreviousCheckpointPath, folder.ReportPath])
        {
            File.Delete(path);
        }
    }

    /// <summary>The spec that a run was trained with. Rejects resuming a run of another network or other data, and says which values of the training section change.</summary>
    /// <exception cref="BadInputException">The run's spec differs from <paramref name="spec"/>, or cannot be read.</exception>
    public static PatchMoESpec RequireSameRun(RunFolder folder, PatchMoESpec spec, CommandContext context)
    {
        PatchMoESpec saved = Inputs.SpecFile.Load(folder.SpecPath, context);
        string? different = saved.Model != spec.Model ? "model" : saved.Data != spec.Data ? "data" : null;
        if (different is not null)
        {
            throw new BadInputException($"{folder.SpecPath}: its {different} section differs from that of {spec.Name}. Resume with the spec that the run started with, or start a new run in another folder.");
        }

        // Other shares than the checkpoint's are refused; if none are given, they are the run's.
        PatchMoESpec sameShares = spec with { Training = spec.Training! with { Shares = saved.Training?.Shares ?? 1 } };
        foreach (string change in TrainingChanges.Between(saved, sameShares))
        {
            context.Error.WriteLine($"note: {change}");
        }

        return saved;
    }

    /// <summary>The first default folder without a run that no other training has taken; of several that start together, each gets its own.</summary>
    private static RunFolder OpenNext(PatchMoESpec spec)
    {
        foreach (string candidate in RunPlaces.Of(spec).Where(folder => !RunPlaces.HoldsRun(folder)))
        {
            // Between the question and the lock, another training may have begun and ended.
            RunFolder? folder = RunFolder.TryOpen(candidate);
            if (folder is not null && !RunPlaces.HoldsRun(candidate))
            {
                return folder;
            }

            folder?.Dispose();
        }

        throw new UnreachableException("there are infinitely many default folders");
    }

    /// <summary>The last default folder in which a run was begun; the first if there is none.</summary>
    private static string Last(PatchMoESpec spec) => RunPlaces.Of(spec).TakeWhile(RunPlaces.IsBegun).DefaultIfEmpty(RunPlaces.Of(spec).First()).Last();
}
