namespace PatchMoE.Gen.Tests.Architecture;

/// <summary>A box of a drawing and its position.</summary>
/// <param name="name">Its name; empty where a line passes between boxes.</param>
/// <param name="layer">From 0 at the bottom.</param>
/// <param name="width">Pixels.</param>
/// <param name="height">Pixels.</param>
internal sealed class Box(string name, int layer, int width, int height)
{
    public string Name => name;

    public int Layer => layer;

    public int Width => width;

    public int Height => height;

    public double Center { get; set; }

    public int Left => (int)Math.Round(Center - (Width / 2.0));

    public int Top { get; set; }
}

/// <summary>
/// Lays out an acyclic graph in layers, dependencies below their dependents (Sugiyama et al., 1981): a line that crosses a layer gets a place there,
/// boxes are ordered by the mean of their neighbours, and then moved as close to it as their order allows.
/// </summary>
internal sealed class LayeredLayout
{
    private const int Sweeps = 12;
    private readonly int _gap;
    private readonly Box[][] _layers;
    private readonly HashSet<(Box From, Box To)> _steps = [];

    /// <summary>Lays out a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="size">The size of a box.</param>
    /// <param name="gap">Pixels between boxes of a layer.</param>
    /// <param name="layerGap">Pixels between layers.</param>
    public LayeredLayout(DirectedGraph graph, Func<string, (int Width, int Height)> size, int gap, int layerGap)
    {
        _gap = gap;
        Dictionary<string, Box> boxes = graph.Nodes.ToDictionary(name => name, name => new Box(name, graph.Height(name), size(name).Width, size(name).Height));
        var all = new List<Box>(boxes.Values);
        foreach ((string from, string to) in graph.Edges.OrderBy(edge => edge.From, StringComparer.Ordinal).ThenBy(edge => edge.To, StringComparer.Ordinal))
        {
            var way = new List<Box> { boxes[from] };
            for (int layer = boxes[from].Layer - 1; layer > boxes[to].Layer; layer--)
            {
                way.Add(new Box(string.Empty, layer, width: gap / 2, height: 0));
            }

            all.AddRange(way.Skip(1));
            way.Add(boxes[to]);
            _steps.UnionWith(way.Zip(way.Skip(1)));
            Lines.Add(way);
        }

        Boxes = boxes.Values;
        _layers = [.. all.GroupBy(box => box.Layer).OrderBy(layer => layer.Key).Select(layer => layer.ToArray())];
        Place();
        double left = all.Min(box => box.Center - (box.Width / 2.0));
        int top = 0;
        foreach (Box[] layer in _layers.Reverse())
        {
            Height = top + layer.Max(box => box.Height);
            foreach (Box box in layer)
            {
                box.Center -= left;
                box.Top = top;
                Width = Math.Max(Width, box.Left + box.Width);
            }

            top = Height + layerGap;
        }
    }

    public IReadOnlyCollection<Box> Boxes { get; }

    /// <summary>From box to box, through the places in between.</summary>
    public List<IReadOnlyList<Box>> Lines { get; } = [];

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>How far down the layer of a box extends: lines go straight down to there, past its taller boxes.</summary>
    public int BottomOf(Box box) => box.Top + _layers[box.Layer].Max(other => other.Height);

    private void Place()
    {
        foreach (Box[] layer in _layers)
        {
            Settle(layer, _ => 0);
        }

        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            bool up = sweep % 2 == 0;
            foreach (Box[] layer in up ? _layers : _layers.Reverse())
            {
                double Wanted(Box box) => Neighbours(box, up).Select(other => other.Center).DefaultIfEmpty(box.Center).Average();
                Dictionary<Box, double> wanted = layer.ToDictionary(box => box, Wanted);
                Box[] ordered = [.. layer.OrderBy(box => wanted[box])];
                ordered.CopyTo(layer, 0);
                Settle(layer, box => wanted[box]);
            }
        }
    }

    private IEnumerable<Box> Neighbours(Box box, bool below) => below
        ? _steps.Where(step => step.From == box).Select(step => step.To)
        : _steps.Where(step => step.To == box).Select(step => step.From);

    /// <summary>Moves the boxes of a layer, in their order, as close as possible to their desired positions (isotonic regression).</summary>
    private void Settle(Box[] layer, Func<Box, double> wanted)
    {
        var blocks = new List<(double Sum, int Count)>();
        var offsets = new double[layer.Length];
        for (int i = 0; i < layer.Length; i++)
        {
            offsets[i] = i == 0 ? 0 : offsets[i - 1] + ((layer[i - 1].Width + layer[i].Width) / 2.0) + _gap;
            blocks.Add((wanted(layer[i]) - offsets[i], 1));
            while (blocks.Count > 1 && blocks[^2].Sum / blocks[^2].Count > blocks[^1].Sum / blocks[^1].Count)
            {
                blocks[^2] = (blocks[^2].Sum + blocks[^1].Sum, blocks[^2].Count + blocks[^1].Count);
                blocks.RemoveAt(blocks.Count - 1);
            }
        }

        int next = 0;
        foreach ((double sum, int count) in blocks)
        {
            for (int i = 0; i < count; i++, next++)
            {
                layer[next].Center = (sum / count) + offsets[next];
            }
        }
    }
}
