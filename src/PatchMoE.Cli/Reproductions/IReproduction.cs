using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>An experiment of the paper, or one beside it: a list of cells, and a report on their results.</summary>
internal interface IReproduction
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>Its title in the report.</summary>
    string Title { get; }

    /// <summary>What it shows, a line of the command's help.</summary>
    string Summary { get; }

    /// <summary>Whether <c>--samples</c> is a choice.</summary>
    bool TakesSamples { get; }

    /// <summary>The networks that <c>--networks</c> may name; empty if there is no choice.</summary>
    IReadOnlyList<string> Networks { get; }

    /// <summary>The cells in the order in which to start them: those that share data beside each other, and the longest first.</summary>
    /// <exception cref="BadInputException">The data are missing.</exception>
    IReadOnlyList<ICell> Cells(ReproductionOptions options);

    /// <summary>The report on the cells that are finished.</summary>
    /// <param name="options">As for <see cref="Cells"/>.</param>
    /// <param name="find">The result of a cell; null if it is not finished.</param>
    ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find);
}

/// <summary>What the user chose for a reproduction; null or empty for the experiment's own.</summary>
/// <param name="Quick">Whether a smaller experiment that takes a minute or two will do.</param>
/// <param name="Seeds">The number of repeats, with the seeds 1, 2, ….</param>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Samples">The numbers of training samples, ascending.</param>
/// <param name="Networks">The networks, by the names of their specs.</param>
/// <param name="DataFolder">The value of <c>--data</c>.</param>
internal sealed record ReproductionOptions(bool Quick, int? Seeds, int? Epochs, IReadOnlyList<int> Samples, IReadOnlyList<string> Networks, string? DataFolder);

/// <summary>What a reproduction found.</summary>
/// <param name="Html">A self-contained page, <c>report.html</c>.</param>
/// <param name="Markdown">The main tables, <c>results.md</c> and the error stream.</param>
/// <param name="Csv">A row for each cell, <c>results.csv</c>; the same bytes however often the experiment was interrupted.</param>
/// <param name="Results">The main numbers, for the JSON line.</param>
internal sealed record ReproductionReport(string Html, string Markdown, string Csv, object Results);
