using System.Globalization;
using System.Text;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The options of a reproduction as they are written on a command line.</summary>
internal static class ReproductionText
{
    /// <summary>What follows <c>pmoe reproduce NAME</c>, with a space before each option; empty for the experiment as it is.</summary>
    public static string CommandText(this ReproductionOptions options)
    {
        var text = new StringBuilder(options.Quick ? " --quick" : "");
        void Add(string name, object? value)
        {
            if (value is not null and not "")
            {
                text.Append(CultureInfo.InvariantCulture, $" {name} {value}");
            }
        }

        Add("--seeds", options.Seeds);
        Add("--epochs", options.Epochs);
        Add("--samples", string.Join(' ', options.Samples));
        Add("--networks", string.Join(' ', options.Networks));
        return text.ToString();
    }
}
