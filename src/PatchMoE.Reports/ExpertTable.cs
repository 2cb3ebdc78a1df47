using System.Net;
using System.Text;

namespace PatchMoE.Reports;

/// <summary>How the experts of layer 0 specialise: a row for each, with its mean patch, its share, and what it does with each class.</summary>
internal static class ExpertTable
{
    public static void Append(StringBuilder html, ModelSpec model, IReadOnlyList<ExpertProfile> profiles, IReadOnlyList<string> classes)
    {
        if (profiles.Count < 2)
        {
            return;
        }

        bool hasShares = ExpertProfile.HasShares(model);
        bool hasPatches = profiles.Any(profile => profile.MeanPatch is not null);
        html.Append("<h2>How the experts specialise</h2>\n");
        AppendNames(html, profiles);
        string caption = hasShares
            ? "By class: the expert's share of the class's choices"
            : "By class: by how many standard deviations its router scores the patches that it takes of a class above, or below, those it takes of all";
        html.Append($"<div class=\"scroll\"><table class=\"confusion\">\n<caption>{caption}</caption>\n<tr><th>expert</th>{(hasPatches ? "<th>mean patch</th>" : "")}<th>share of patches</th><th>of gates</th>");
        html.Append(string.Concat(classes.Select(name => $"<th>{WebUtility.HtmlEncode(name)}</th>"))).Append("<th></th></tr>\n");
        foreach (ExpertProfile profile in profiles)
        {
            html.Append(FormattableString.Invariant($"<tr><th>{profile.Expert}</th>{(hasPatches ? $"<td>{Picture(model, profile)}</td>" : "")}<td>{profile.Share * 100:0.0} %</td><td>{profile.GateShare * 100:0.0} %</td>"));
            foreach (double value in profile.ByClass)
            {
                html.Append(Cell(value, hasShares));
            }

            string note = profile.IsDead(profiles.Count) ? "dead" : profile.Twin is { } twin ? FormattableString.Invariant($"twin of {twin}") : "";
            html.Append($"<td class=\"left\">{note}</td></tr>\n");
        }

        html.Append("</table></div>\n");
    }

    private static void AppendNames(StringBuilder html, IReadOnlyList<ExpertProfile> profiles)
    {
        int[] dead = [.. profiles.Where(profile => profile.IsDead(profiles.Count)).Select(profile => profile.Expert)];
        string[] twins = [.. profiles
            .Where(profile => profile.Twin is { } twin && twin > profile.Expert && !profile.IsDead(profiles.Count))
            .Select(profile => FormattableString.Invariant($"{profile.Expert} and {profile.Twin}"))];
        string live = dead.Length == 0 ? "No expert is dead" : $"Dead, with next to no patches or gates: {string.Join(", ", dead)}";
        string same = twins.Length == 0 ? "no two take the same patches" : $"twins, which take the same patches: {string.Join("; ", twins)}";
        html.Append($"<p>{live}; {same}.</p>\n");
    }

    private static string Cell(double value, bool isShare)
    {
        if (double.IsNaN(value))
        {
            return "<td>–</td>";
        }

        // Two standard deviations are as strong as it gets.
        double strength = isShare ? value : Math.Min(1, Math.Abs(value) / 2);
        string colour = isShare || value >= 0 ? "0, 114, 178" : "213, 94, 0";
        string text = isShare ? FormattableString.Invariant($"{value * 100:0.0} %") : FormattableString.Invariant($"{value:+0.0;−0.0;0.0}");
        return FormattableString.Invariant($"<td style=\"background: rgba({colour}, {strength * 0.6:0.##})\">{text}</td>");
    }

    private static string Picture(ModelSpec model, ExpertProfile profile)
    {
        if (profile.MeanPatch is null)
        {
            return "–";
        }

        var image = (ImageInputSpec)model.Input;
        var patch = new PatchLayout(image with
        {
            Height = image.PatchHeight, Width = image.PatchWidth,
        });
        string png = Convert.ToBase64String(patch.Png(profile.MeanPatch));
        return $"<img class=\"patch\" alt=\"mean patch of expert {profile.Expert}\" src=\"data:image/png;base64,{png}\">";
    }
}
