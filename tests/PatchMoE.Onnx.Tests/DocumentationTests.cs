using System.Text;
using PatchMoE.Tests;

namespace PatchMoE.Onnx.Tests;

/// <summary>The tables of docs/onnx.md are those of the exporter; with UPDATE_SNAPSHOTS=1 they are rewritten.</summary>
public class DocumentationTests
{
    private static string Page => Path.Combine(Repository.Root, "docs", "onnx.md");

    [Test]
    public void TheListOfNodes_IsThatOfTheExample()
    {
        PatchMoESpec spec = SpecReader.Read(Example(), Page).Spec!;
        var network = new WeightBuffer(spec);
        CheckTable("nodes", Table(OnnxModel.Export(network).Nodes));
    }

    /// <summary>The spec that the page shows before the table.</summary>
    private static string Example()
    {
        string page = File.ReadAllText(Page);
        int start = page.IndexOf("```json", StringComparison.Ordinal) + "```json".Length;
        return page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static string Table(IReadOnlyList<OnnxNode> nodes)
    {
        var text = new StringBuilder("| operator | output | inputs |\n|---|---|---|\n");
        foreach (OnnxNode node in nodes)
        {
            text.Append($"| {node.Operator} | {Names(node.Outputs)} | {Names(node.Inputs)} |\n");
        }

        return text.ToString();
    }

    private static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static void CheckTable(string name, string table)
    {
        (string begin, string end) = ($"<!-- {name}: begin -->\n\n", $"\n<!-- {name}: end -->");
        string page = File.ReadAllText(Page);
        int start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        int stop = page.IndexOf(end, StringComparison.Ordinal);
        Assert.That(start >= begin.Length && stop >= start, $"{Page} has no markers of {name}.");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(Page, page[..start] + table + page[stop..]);
            return;
        }

        Assert.That(page[start..stop], Is.EqualTo(table), "Run this test with UPDATE_SNAPSHOTS=1 and read the difference.");
    }
}
