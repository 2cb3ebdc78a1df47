using System.Globalization;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// What to compare with. For mosaics the paper prints curves, no numbers; these are the accuracies of its protocol in plain PyTorch, on mosaics of all of MNIST (two seeds) or of the 10,000 digits
/// that are used here (three seeds). For CIFAR-10 it prints no table either; its table for CelebA's classes is the nearest.
/// </summary>
internal static class PaperValues
{
    private const string All = "all of MNIST";
    private const string Same = "the same 10,000";

    private static readonly (string Network, int Samples, string Digits, double[] Accuracies)[] s_mosaics =
    [
        ("mnist-joint-all", 100, All, [0.881, 0.920]),
        ("mnist-separate-all", 100, All, [0.875, 0.876]),
        ("mnist-cnn", 100, All, [0.826, 0.835]),
        ("mnist-cnn-4", 100, All, [0.50, 0.71]),
        ("mnist-joint-all", 300, All, [0.954, 0.964]),
        ("mnist-separate-all", 300, All, [0.941, 0.937]),
        ("mnist-cnn", 300, All, [0.929, 0.917]),
        ("mnist-cnn-4", 300, All, [0.50, 0.79]),
        ("mnist-joint-all", 1000, Same, [0.968, 0.976, 0.971]),
        ("mnist-separate-all", 1000, Same, [0.968, 0.965, 0.963]),
        ("mnist-cnn", 1000, Same, [0.968, 0.967, 0.956]),
        ("mnist-joint", 1000, Same, [0.972, 0.975, 0.976]),
        ("mnist-separate", 1000, Same, [0.969, 0.975, 0.974]),
    ];

    /// <summary>Accuracy in percent at so many training photographs: the Wide ResNet's, and with the pMoE layer.</summary>
    private static readonly (int Samples, double Wide, double Patches)[] s_celeba = [(4000, 74.6, 84.8), (8000, 83.1, 86.2), (12_000, 85.3, 87.1), (16_000, 86.1, 87.8)];

    /// <summary>The protocol's accuracies beside those of a grid; empty if none of it was trained.</summary>
    public static ReportTable Mosaics(GridTable table)
    {
        var values = new ReportTable(new ReportColumn("training samples"), new ReportColumn("network"), new ReportColumn("here, mean ± deviation"), new ReportColumn("the protocol in PyTorch"), new ReportColumn("from digits of"), new ReportColumn("mean", "0.000"), new ReportColumn("here less there", "+0.000;-0.000"));
        foreach ((string network, int samples, string digits, double[] accuracies) in s_mosaics)
        {
            if (table.Find(network, samples) is { } entry)
            {
                string text = string.Join(' ', accuracies.Select(accuracy => accuracy.ToString("0.000", CultureInfo.InvariantCulture)));
                values.Add(samples, network, entry.Spread.ToString(), text, digits, accuracies.Average(), entry.Spread.Mean - accuracies.Average());
            }
        }

        return values;
    }

    /// <summary>The paper's table for CelebA.</summary>
    public static ReportTable Celeba()
    {
        var values = new ReportTable(new ReportColumn("training photographs"), new ReportColumn("Wide ResNet, %", "0.0"), new ReportColumn("with the pMoE layer, %", "0.0"), new ReportColumn("ahead by", "0.0"));
        foreach ((int samples, double wide, double patches) in s_celeba)
        {
            values.Add(samples, wide, patches, patches - wide);
        }

        return values;
    }
}
