namespace PatchMoE.Cli.Reproductions;

/// <summary>An experiment of the paper: every network is trained on every number of samples with every seed.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its title in the report.</param>
/// <param name="Networks">Names of specs that come with the command, in the order of the table's columns.</param>
/// <param name="Samples">Numbers of training samples, ascending.</param>
/// <param name="Seeds">The number of seeds, 1…this.</param>
internal sealed record Reproduction(string Name, string Title, IReadOnlyList<string> Networks, IReadOnlyList<int> Samples, int Seeds)
{
    /// <summary>MNIST mosaics: the paper's three ways of training, six numbers of samples, five repeats (Chowdhury et al., ICML 2023, section 5).</summary>
    public static Reproduction Mnist { get; } = new(
        "mnist", "MNIST mosaics", ["mnist-joint", "mnist-separate", "mnist-cnn"], [100, 300, 500, 700, 900, 1000], 5);

    /// <summary>The grid, seed after seed, so that cells that share data are adjacent; the longest first.</summary>
    /// <param name="epochs">Replaces the specs' number of epochs; null to keep it.</param>
    public IReadOnlyList<Cell> Cells(int? epochs) =>
    [
        .. from seed in Enumerable.Range(1, Seeds)
           from samples in Samples.Reverse()
           from network in Networks
           select Cell.Of(network, samples, seed, epochs),
    ];
}
