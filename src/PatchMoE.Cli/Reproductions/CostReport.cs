using System.Globalization;
using System.Text;
using PatchMoE.Cli.EqualAccuracy;
using PatchMoE.Reports;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The report on costs at equal accuracy.</summary>
/// <param name="title">The experiment's title.</param>
/// <param name="origin">The command that makes it, and the machine.</param>
/// <param name="table">The costs.</param>
internal sealed class CostReport(string title, ReportOrigin origin, CostTable table)
{
    private static readonly double[] s_accuracies = [0.9, 0.95, 0.97];

    private static readonly Quantity[] s_quantities =
    [
        new("weights", "0", row => row.Cost.Parameters),
        new("training, GFLOP per epoch", "0.00", row => row.EpochFlops / 1e9),
        new("training, ms per epoch", "0.00", row => row.Measured?.EpochSeconds * 1e3),
        new("epochs to the target", "0.#", row => row.Epochs?.Median, row => row.Epochs),
        new("training to the target, GFLOP", "0.0", row => row.TrainingFlops?.Median / 1e9, row => row.TrainingFlops, 1e-9),
        new("training to the target, s", "0.000", row => row.TrainingSeconds?.Median, row => row.TrainingSeconds),
        new("training to an accuracy of 0.95, GFLOP", "0.0", row => row.FlopsTo(0.95)?.Median / 1e9, row => row.FlopsTo(0.95), 1e-9),
        new("training, peak memory, MB", "0.0", row => row.Measured?.TrainingMemory / 1e6),
        new("inference, MFLOP per sample", "0.000", row => row.Cost.ForwardFlops / 1e6),
        new("inference one by one, µs per sample", "0.0", row => row.Measured?.SingleSeconds * 1e6),
        new("inference 100 at once, µs per sample", "0.0", row => row.Measured?.BatchSeconds * 1e6),
        new("inference, peak memory, MB", "0.0", row => row.Measured?.PredictionMemory / 1e6),
    ];

    /// <summary>What is compared.</summary>
    /// <param name="Title">Its name with its unit.</param>
    /// <param name="Format">How it is written.</param>
    /// <param name="Value">The value, of several seeds the median; null if it is missing.</param>
    /// <param name="Seeds">The spread over the seeds; null if there is only one value.</param>
    /// <param name="Unit">What a unit of the spread is in units of the value.</param>
    private sealed record Quantity(string Title, string Format, Func<CostRow, double?> Value, Func<CostRow, MedianOverSeeds?>? Seeds = null, double Unit = 1)
    {
        public Bar? Bar(CostRow row) => Value(row) is { } value
            ? new Bar(value, Seeds?.Invoke(row)?.Low * Unit, Seeds?.Invoke(row)?.High * Unit)
            : null;

        public string Text(CostRow row) => Value(row)?.ToString(Format, CultureInfo.InvariantCulture) ?? "–";
    }

    public ReproductionReport Build() => new(Html(), Markdown(), Csv(), new
    {
        Networks = table.Rows.Select(row => new
        {
            row.Network,
            Weights = row.Cost.Parameters,
            row.Cost.ForwardFlops,
            row.Cost.BackwardFlops,
            FinalAccuracy = row.Final,
            row.Epochs,
            row.Tested,
            row.TrainingFlops,
            row.TrainingSeconds,
            row.EpochFlops,
            row.Measured?.EpochSeconds,
            row.Measured?.SingleSeconds,
            row.Measured?.BatchSeconds,
            row.Measured?.TrainingMemory,
            row.Measured?.PredictionMemory,
        }),
        table.Measured?.DataMemory,
        table.Measured?.Load,
    });

    private string Lead
    {
        get
        {
            PatchMoESpec spec = table.Planned[0].Cell.Spec;
            var mosaic = (MosaicDataSpec)spec.Data!;
            int seeds = table.Planned.Select(trial => trial.Seed).Distinct().Count();
            return string.Create(
                CultureInfo.InvariantCulture,
                $"MNIST mosaics, {mosaic.Train} training samples, batch {spec.Training!.Batch}, SGD {spec.Training.Optimizer.LearningRate}; {table.Finished.Count} of {table.Planned.Count} trainings with {seeds} {(seeds == 1 ? "seed" : "seeds")}, each of {spec.Training.Epochs} epochs. What it takes to be as accurate as the CNN (40 neurons) is after its last epoch.");
        }
    }

    private IEnumerable<string> Method()
    {
        PatchMoESpec spec = table.Planned[0].Cell.Spec;
        int half = ((MosaicDataSpec)spec.Data!).Test / 2;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The target of each seed is the CNN's accuracy after its last epoch on {half} mosaics that no network is trained on; a network has reached it after the first epoch in which it is at least as accurate on the same {half} mosaics. So these mosaics choose the epoch, and flatter every network a little: the accuracy then on {half} others, which choose nothing, is in the table. Numbers over several seeds are medians, their error bars go from the lowest to the highest; where a seed never reaches the target it counts as infinite.");
        yield return "FLOPs are counted from the spec, a multiply-add as two, as 'pmoe cost' counts them: forward, backward and update of every batch, of separate training also the routers' own epochs, which are all run. Passes over the mosaics to see the accuracy are not counted, and not timed.";
        yield return table.Measured is { } measured
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Times are of this machine, on one thread, with nothing of this command beside; the networks take turns. Each training is run {(measured.Repeats == 1 ? "once" : "twice")} to the epoch that reaches the target; every epoch counts with its median update times their number. Inference is the median pass over mosaics that lie in memory, with the weights of seed 1. {(measured.Load is { } load ? $"The load average was {load:0.0} at the end; this command alone makes 1. " : "")}")
                + (measured.DataMemory is { } data
                    ? string.Create(CultureInfo.InvariantCulture, $"Memory is the peak working set of a process that does one thing: draw the mosaics and train for an epoch, or predict a hundred samples. A process that draws the mosaics and has no network takes {data / 1e6:0} MB: nearly all memory is the mosaics and .NET itself, so that networks whose weights are {table.Rows.Min(row => row.Cost.Parameters) * 4e-3:0} to {table.Rows.Max(row => row.Cost.Parameters) * 4e-3:0} kB hardly differ.")
                    : "Memory was not measured: the command does not run as a process of its own, or the system does not tell.")
            : "Times and memory are measured when all trainings are finished.";
    }

    /// <summary>The claim of about 20 % less for training and 50 % less for inference, and the numbers beside it.</summary>
    internal IEnumerable<string> Findings()
    {
        if (table.Finished.Count < table.Planned.Count)
        {
            return ["Not all trainings are finished yet."];
        }

        return
        [
            "The claim is that pMoE takes about 20 % less than the CNN for training and about 50 % less for inference. It names no accuracy: an epoch compares trainings of equally many epochs, the training to the target those to the CNN's accuracy. As shares of the CNN's:",
            .. table.Rows.Skip(1).Select(Finding),
        ];
    }

    private string Finding(CostRow row)
    {
        string Times(string what, Func<CostRow, double?> value) => table.Share(row, value) is null ? "" : $", {Percent(row, value)} of the time{what}";
        string training = row.TrainingFlops is null
            ? "the training does not reach the target for most seeds"
            : $"the training to the target {Percent(row, one => one.TrainingFlops?.Median)} of the FLOPs{Times("", one => one.TrainingSeconds?.Median)}";
        string epoch = $"an epoch {Percent(row, one => one.EpochFlops)} of the FLOPs{Times("", one => one.Measured?.EpochSeconds)}";
        string inference = $"inference {Percent(row, one => one.Cost.ForwardFlops)} of the FLOPs{Times(" one by one", one => one.Measured?.SingleSeconds)}{Times(" 100 at once", one => one.Measured?.BatchSeconds)}";
        return $"{row.Name}: {epoch}; {training}; {inference}.";
    }

    private string Html()
    {
        var page = new ReportPage(title, Lead);
        page.Numbers(
        [
            .. table.Rows.Where(row => row.Name.StartsWith("pMoE", StringComparison.Ordinal)).SelectMany(row => ((string, string)[])
            [
                ($"{row.Name}: training FLOPs", $"{Percent(row, one => one.TrainingFlops?.Median)} of the CNN's"),
                ($"{row.Name}: inference FLOPs", $"{Percent(row, one => one.Cost.ForwardFlops)} of the CNN's"),
            ]),
        ]);
        foreach (string finding in Findings())
        {
            page.Text(finding);
        }

        if (table.Measured?.Load > Environment.ProcessorCount)
        {
            page.Note("Something else was running on this machine while times were measured: run the command again when it is idle. Finished trainings are not run again.");
        }

        page.Figure(
            new BarChart("Cost at the CNN's accuracy, and ratio to the CNN", [.. table.Rows.Select(row => row.Name)], [.. s_quantities.Where(IsKnown).Select(quantity => new BarGroup(quantity.Title, [.. table.Rows.Select(quantity.Bar)]))])
            {
                HasRatios = true,
                Width = 960,
            }.ToSvg(),
            "Bars begin at 0. Error bars go from the lowest to the highest seed.");
        page.Table(Rows());
        page.Section("Accuracy after every epoch");
        page.Figure(Curves(), "Mean over the seeds, on the mosaics that choose nothing.");
        page.Section("What is measured");
        foreach (string paragraph in Method())
        {
            page.Text(paragraph);
        }

        page.Details("Every seed", Seeds());
        foreach (string network in CostTable.Networks)
        {
            page.Details($"The spec {network}", SpecWriter.ToJson(table.Planned.First(trial => trial.Network == network).Cell.Spec));
        }

        return page.ToHtml(origin);
    }

    private string Percent(CostRow row, Func<CostRow, double?> value) =>
        table.Share(row, value) is { } share ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %") : "–";

    private string Curves()
    {
        XySeries Series(CostRow row) => new(
            row.Name,
            row.Trials.Count == 0 ? [] : [.. Enumerable.Range(0, row.Trials.Min(trial => trial.Curve.Tested.Count)).Select(epoch => new XyPoint(epoch + 1, row.Trials.Average(trial => trial.Curve.Tested[epoch])))]);
        return new XyChart("Test accuracy", new XyAxis("epoch", IsLogarithmic: true), new XyAxis("accuracy", High: 1), [.. table.Rows.Select(Series)]) { Width = 760 }.ToSvg();
    }

    private bool IsKnown(Quantity quantity) => table.Rows.Any(row => quantity.Value(row) is not null);

    /// <summary>A line for each quantity, a column for each network; behind a value its share of the CNN's.</summary>
    private IEnumerable<string[]> Lines()
    {
        string[] Line(string name, Func<CostRow, string?> value) => [name, .. table.Rows.Select(row => value(row) ?? "–")];
        string Text(Quantity quantity, CostRow row) =>
            row == table.Rows[0] || quantity.Value(row) is null ? quantity.Text(row) : $"{quantity.Text(row)} ({Percent(row, quantity.Value)})";
        yield return Line("accuracy at the end", row => row.Final?.Median.ToString("0.000", CultureInfo.InvariantCulture));
        yield return Line("accuracy at the target", row => row.Tested?.Median.ToString("0.000", CultureInfo.InvariantCulture));
        foreach (Quantity quantity in s_quantities.Where(IsKnown))
        {
            yield return Line(quantity.Title, row => Text(quantity, row));
        }

        foreach (double accuracy in s_accuracies)
        {
            yield return Line(string.Create(CultureInfo.InvariantCulture, $"epochs to an accuracy of {accuracy:0.00} (seeds)"), row => FixedText(row, accuracy));
        }
    }

    private ReportTable Rows()
    {
        var rows = new ReportTable([new("median over the seeds"), .. table.Rows.Select(row => new ReportColumn(row.Name))]);
        foreach (string[] line in Lines())
        {
            rows.Add([.. line]);
        }

        return rows;
    }

    private static string FixedText(CostRow row, double accuracy)
    {
        (MedianOverSeeds? epochs, int reached) = row.To(accuracy);
        return string.Create(CultureInfo.InvariantCulture, $"{epochs?.Median.ToString("0.#", CultureInfo.InvariantCulture) ?? "–"} ({reached} of {row.Trials.Count})");
    }

    private ReportTable Seeds()
    {
        var rows = new ReportTable(
            new("network"), new("seed"), new("target", "0.000"), new("epochs"), new("samplesSeen"), new("accuracyThen", "0.000"), new("finalAccuracy", "0.000"), new("trainingFlops"));
        foreach (EqualTrial trial in table.Finished)
        {
            rows.Add(trial.Trial.Network, trial.Trial.Seed, trial.Target, trial.Epochs, trial.Epochs * trial.Samples, trial.Tested, trial.Curve.Tested[^1], trial.Flops);
        }

        return rows;
    }

    /// <summary>What depends on the machine is not in it: the same bytes at every run.</summary>
    private string Csv() => Seeds().ToCsv();

    private string Markdown()
    {
        string lines = MarkdownTable.Of(["", .. table.Rows.Select(row => row.Name)], Lines());
        var text = new StringBuilder($"# {title}\n\n{Lead}\n\n{lines}\n");
        text.AppendJoin("\n\n", Findings().Concat(Method()));
        return text.Append(table.Measured is null ? "\n" : $"\n\nMachine: {origin.Machine}\n").ToString();
    }
}
