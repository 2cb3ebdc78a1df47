using System.Globalization;
using System.Text;
using PatchMoE.Measurement;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The command that makes an experiment's numbers again, and the machine.</summary>
internal static class ReproductionOrigin
{
    /// <summary>Where the numbers of a report come from.</summary>
    /// <param name="name">The experiment's name.</param>
    /// <param name="options">What the user chose.</param>
    public static ReportOrigin Of(string name, ReproductionOptions options) => new(Command(name, options), ReportMachine.Current(VectorClass.Current.ToString()));

    /// <summary>The command with the options that determine the numbers.</summary>
    public static string Command(string name, ReproductionOptions options)
    {
        var command = new StringBuilder($"pmoe reproduce {name}");
        void Add(string option, params IEnumerable<object?> values)
        {
            string[] texts = [.. values.Where(value => value is not null).Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)];
            if (texts.Length > 0)
            {
                command.Append(' ').Append(option).Append(' ').AppendJoin(' ', texts);
            }
        }

        if (options.Quick)
        {
            command.Append(" --quick");
        }

        Add("--seeds", options.Seeds);
        Add("--epochs", options.Epochs);
        Add("--samples", options.Samples.Cast<object?>());
        Add("--networks", options.Networks.Cast<object?>());
        Add("--data", options.DataFolder);
        return command.ToString();
    }
}
