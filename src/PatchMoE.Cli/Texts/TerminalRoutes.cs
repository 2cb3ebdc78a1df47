using System.Text;
using PatchMoE.Reports.Texts;

namespace PatchMoE.Cli.Texts;

/// <summary>Texts whose segments have the colour of the expert that took them, for a terminal; without colours the experts' numbers alone.</summary>
/// <param name="hasColours">Whether the output shows colours.</param>
internal sealed class TerminalRoutes(bool hasColours)
{
    private const string Reset = "\u001b[0m";
    private const string Faint = "\u001b[2m";

    // The eight colours of the reports, as the nearest of the 256 that terminals have.
    private static readonly int[] s_colours = [214, 74, 36, 166, 175, 25, 227, 247];

    /// <summary>Whether standard output shows colours: it is a terminal, and the user did not turn them off (no-color.org).</summary>
    public static bool OutputHasColours => !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>The text's lines.</summary>
    /// <param name="text">The text.</param>
    public string Draw(RoutedText text)
    {
        var lines = new StringBuilder();
        lines.Append(text.Name).Append(": ").Append(text.Prediction).Append('\n');
        foreach (RoutedPart part in text.Parts)
        {
            Append(lines, part);
        }

        return lines.Append('\n').ToString();
    }

    private void Append(StringBuilder lines, RoutedPart part)
    {
        if (!part.IsSegment)
        {
            lines.Append(part.Text);
        }
        else if (part.Experts.Count == 0)
        {
            lines.Append(Coloured(part.Text, Faint));
        }
        else
        {
            int colour = s_colours[part.Experts[0].Expert % s_colours.Length];
            lines.Append(Coloured($"[{string.Join(' ', part.Experts.Select(one => one.Expert))}]", $"\u001b[1;38;5;{colour}m")).Append(Coloured(part.Text, $"\u001b[38;5;{colour}m"));
        }
    }

    private string Coloured(string text, string colour) => hasColours ? colour + text + Reset : text;
}
