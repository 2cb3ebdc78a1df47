using System.Text;

namespace PatchMoE.Gen.Tests.Architecture;

/// <summary>Projects as boxes with their folders inside, and arrows from a dependent to its dependency, as an SVG. Edges implied by a longer path are not drawn.</summary>
internal static class ArchitecturePicture
{
    private const int Margin = 20;
    private const int Title = 30;
    private const int FolderHeight = 24;
    private const int LetterWidth = 7;
    private const string Ink = "#1f2933";

    /// <summary>Draws the picture.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="folders">The folders of each project.</param>
    public static string Draw(DirectedGraph projects, IReadOnlyDictionary<string, DirectedGraph> folders)
    {
        Dictionary<string, LayeredLayout> insides = folders.ToDictionary(
            pair => pair.Key,
            pair => new LayeredLayout(pair.Value.Reduced(), folder => ((Label(folder).Length * LetterWidth) + 14, FolderHeight), gap: 14, layerGap: 24));
        var layout = new LayeredLayout(
            projects.Reduced(),
            name => (Math.Max(insides[name].Width, (name.Length * 8) + 6) + (2 * Margin), insides[name].Height + Title + Margin),
            gap: 40,
            layerGap: 56);
        var svg = new StringBuilder($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.Width + (2 * Margin)} {layout.Height + (2 * Margin)}" width="{layout.Width + (2 * Margin)}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12">
            <title>The projects of this repository, their folders, and what uses what</title>
            <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.5 L8 4 L0 7.5 z" fill="context-stroke"/></marker></defs>
            <rect width="100%" height="100%" fill="#fff"/>

            """);
        svg.Append($"<g transform=\"translate({Margin} {Margin})\">\n");
        foreach (Box project in layout.Boxes)
        {
            DrawProject(svg, project, insides[project.Name]);
        }

        DrawLines(svg, layout, "#52606d", "1.5");
        return svg.Append("</g>\n</svg>\n").ToString();
    }

    private static void DrawProject(StringBuilder svg, Box project, LayeredLayout inside)
    {
        (string fill, string line) = project.Name switch
        {
            _ when project.Name.EndsWith(".Gen", StringComparison.Ordinal) => ("#fdf3e1", "#e69f00"),
            _ when s_tools.Contains(project.Name) => ("#f1f3f5", "#9aa5b1"),
            _ => ("#eaf3fa", "#0072b2"),
        };
        svg.Append($"<rect x=\"{project.Left}\" y=\"{project.Top}\" width=\"{project.Width}\" height=\"{project.Height}\" rx=\"8\" fill=\"{fill}\" stroke=\"{line}\"/>\n");
        svg.Append($"<text x=\"{project.Left + (project.Width / 2)}\" y=\"{project.Top + 20}\" text-anchor=\"middle\" font-size=\"14\" font-weight=\"600\" fill=\"{Ink}\">{project.Name}</text>\n");
        svg.Append($"<g transform=\"translate({project.Left + ((project.Width - inside.Width) / 2)} {project.Top + Title})\">\n");
        foreach (Box folder in inside.Boxes)
        {
            svg.Append($"<rect x=\"{folder.Left}\" y=\"{folder.Top}\" width=\"{folder.Width}\" height=\"{folder.Height}\" rx=\"4\" fill=\"#fff\" stroke=\"{line}\" stroke-opacity=\"0.5\"/>");
            svg.Append($"<text x=\"{folder.Left + (folder.Width / 2)}\" y=\"{folder.Top + 16}\" text-anchor=\"middle\" fill=\"{Ink}\">{Label(folder.Name)}</text>\n");
        }

        DrawLines(svg, inside, line, "1");
        svg.Append("</g>\n");
    }

    /// <summary>Lines leave and reach a box side by side, in the order of their other ends.</summary>
    private static void DrawLines(StringBuilder svg, LayeredLayout layout, string color, string width)
    {
        foreach (IReadOnlyList<Box> way in layout.Lines)
        {
            int x = Port(way[0], layout.Lines.Where(other => other[0] == way[0]).OrderBy(other => other[1].Center).ToList().IndexOf(way), layout.Lines.Count(other => other[0] == way[0]));
            int y = layout.BottomOf(way[0]);
            var path = new StringBuilder($"M{x} {way[0].Top + way[0].Height} V{y}");
            foreach (Box box in way.Skip(1))
            {
                bool last = box == way[^1];
                int toX = last
                    ? Port(box, layout.Lines.Where(other => other[^1] == box).OrderBy(other => other[^2].Center).ToList().IndexOf(way), layout.Lines.Count(other => other[^1] == box))
                    : (int)Math.Round(box.Center);
                int toY = box.Top;
                int middle = (y + toY) / 2;
                path.Append($" C{x} {middle} {toX} {middle} {toX} {toY}");
                (x, y) = (toX, toY);
                if (!last)
                {
                    y = layout.BottomOf(box);
                    path.Append($" V{y}");
                }
            }

            svg.Append($"<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" marker-end=\"url(#arrow)\"/>\n");
        }
    }

    private static int Port(Box box, int index, int count) => box.Left + (box.Width * (index + 1) / (count + 1));

    private static string Label(string folder) => folder.Length == 0 ? "·" : folder;

    private static readonly string[] s_tools = ["GpuBench", "OnnxBench", "PatchMoE.Benchmarks", "PatchMoE.Compare", "PatchMoE.Defaults", "PatchMoE.Measurement", "PatchMoE.Peers", "PatchMoE.Pictures", "PatchMoE.ServiceLoad", "PatchMoE.TextBaselines"];
}
