namespace PatchMoE.Gen.Tests.Architecture;

/// <summary>Which named items depend on which.</summary>
/// <param name="Nodes">The names, in order.</param>
/// <param name="Edges">From a dependent to its dependency; none to itself.</param>
internal sealed record DirectedGraph(IReadOnlyList<string> Nodes, IReadOnlySet<(string From, string To)> Edges)
{
    public static DirectedGraph Of(IEnumerable<string> nodes, IEnumerable<(string From, string To)> edges) =>
        new([.. nodes.Distinct().Order(StringComparer.Ordinal)], edges.Where(edge => edge.From != edge.To).ToHashSet());

    /// <summary>A cycle, with its first name repeated at the end; null if there is none.</summary>
    public IReadOnlyList<string>? FindCircle()
    {
        var finished = new HashSet<string>();
        return Nodes.Select(node => CircleFrom(node, [], finished)).FirstOrDefault(circle => circle is not null);
    }

    /// <summary>Without the edges implied by a longer path; for acyclic graphs.</summary>
    public DirectedGraph Reduced() => this with
    {
        Edges = Edges.Where(edge => !Needed(edge.From).Any(middle => middle != edge.To && Reaches(middle, edge.To))).ToHashSet(),
    };

    /// <summary>The length of the longest path down from a node: one that depends on nothing is at 0.</summary>
    public int Height(string node) => Needed(node).Select(needed => Height(needed) + 1).DefaultIfEmpty(0).Max();

    private IEnumerable<string> Needed(string node) => Edges.Where(edge => edge.From == node).Select(edge => edge.To).Order(StringComparer.Ordinal);

    private bool Reaches(string from, string to) => from == to || Needed(from).Any(next => Reaches(next, to));

    private IReadOnlyList<string>? CircleFrom(string node, List<string> path, HashSet<string> finished)
    {
        int seen = path.IndexOf(node);
        if (seen >= 0)
        {
            return [.. path[seen..], node];
        }

        if (finished.Contains(node))
        {
            return null;
        }

        path.Add(node);
        IReadOnlyList<string>? circle = Needed(node).Select(next => CircleFrom(next, path, finished)).FirstOrDefault(found => found is not null);
        path.RemoveAt(path.Count - 1);
        finished.Add(node);
        return circle;
    }
}
