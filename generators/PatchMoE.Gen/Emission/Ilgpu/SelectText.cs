using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the selection of the l best patches: see <see cref="DeviceSelection"/>. Scores are compared as integers, so that every patch has a place of its own,
/// whatever the scores, NaN among them.
/// </summary>
internal sealed class SelectText
{
    private readonly SourceWriter _writer;
    private readonly IlgpuLayerPlan _plan;
    private readonly LayerPlan _layer;
    private readonly DeviceSelection _selection;
    private readonly int _experts;
    private readonly int _threads;
    private readonly Expression _unit;
    private readonly Expression _end;
    private readonly bool _exact;

    private SelectText(SourceWriter writer, IlgpuLayerPlan plan, int experts, Expression unit, Expression end)
    {
        (_writer, _plan, _layer, _selection, _experts, _threads, _unit, _end) = (writer, plan, plan.Layer, plan.Selection!, experts, plan.Scores!.Threads, unit, end);
        _exact = plan.Scores.Units == 1 && _layer.Experts % experts == 0;
    }

    /// <summary>The order of scores as an order of integers.</summary>
    public const string Key = """
        /// <summary>An integer that grows with the score; 0 and −0 are equal, and NaN has a place of its own.</summary>
        private static int Key(float score)
        {
            int bits = score == 0f ? 0 : unchecked((int)Interop.FloatAsInt(score));
            return bits ^ ((bits >> 31) & 0x7fffffff);
        }
        """;

    public static void WriteStart(SourceWriter writer, DeviceSelection selection)
    {
        if (selection.AtOnce > 0)
        {
            string key = selection.Kernel == DeviceSelectionKernel.Sort ? "long" : "int";
            writer.Lines($"ArrayView<{key}> keys = SharedMemory.Allocate<{key}>({selection.AtOnce * selection.Padded});");
        }
    }

    /// <summary>Prints it.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="plan">The layer.</param>
    /// <param name="first">The group's first instance.</param>
    /// <param name="end">The unit behind the group's last.</param>
    public static void Write(SourceWriter writer, IlgpuLayerPlan plan, Expression first, Expression end)
    {
        int all = plan.Scores!.Units * plan.Layer.Experts;
        int atOnce = plan.Selection!.AtOnce == 0 ? all : plan.Selection.AtOnce;
        writer.Rounds("start", all, atOnce, start => new SelectText(writer, plan, atOnce, (first * plan.Layer.Experts) + start, end).Write());
    }

    private void Write()
    {
        switch (_selection.Kernel)
        {
            case DeviceSelectionKernel.Sort:
                WriteSort();
                break;
            case DeviceSelectionKernel.Count:
                WriteKeys();
                WriteCount();
                break;
            case DeviceSelectionKernel.CountScores:
                WriteCount();
                break;
            case DeviceSelectionKernel.Single:
                WriteSingle();
                break;
        }
    }

    private void WriteSingle() => _writer.Share(_experts, _threads, i => InUnit(i, (unit, valid) =>
        _writer.Lines($"routes[{unit}] = {((Expression)0).WhereBelow(valid, 1, "0", "-1")};")));

    private void WriteKeys()
    {
        int n = _layer.Patches;
        _writer.Share(_experts * n, _threads, i =>
        {
            Expression score = _writer.Let("score", (_unit.As("long") * n) + i, "long");
            _writer.Lines(_exact ? $"keys[{i}] = Key(scores[{score}]);" : $"keys[{i}] = {score} < {_end.As("long") * n} ? Key(scores[{score}]) : 0;");
        });
        _writer.Barrier().Gap();
    }

    private void WriteCount()
    {
        (int n, int l) = (_layer.Patches, _layer.Taken);
        bool keys = _selection.Kernel == DeviceSelectionKernel.Count;
        _writer.Share(_experts * n, _threads, i =>
        {
            Expression j = _writer.Let("j", i % n);
            InUnit(i / n, (unit, valid) =>
            {
                Expression first = keys ? _writer.Let("firstKey", i - j) : _writer.Let("firstScore", unit.As("long") * n, "long");
                string Key(Expression patch) => keys ? $"keys[{first + patch}]" : $"Key(scores[{first + patch}])";
                _writer.Lines($$"""
                    int key = {{(keys ? $"keys[{i}]" : Key(j))}};
                    int place = 0;
                    for (int other = 0; other < {{j}}; other++)
                    {
                        place += {{Key("other")}} >= key ? 1 : 0;
                    }

                    for (int other = {{j + 1}}; other < {{valid}}; other++)
                    {
                        place += {{Key("other")}} > key ? 1 : 0;
                    }

                    """);
                if (valid.Value is null)
                {
                    _writer.Lines($"// A patch past the count takes the place that no valid patch can have.\nplace = {j} < {valid} ? place : {j};");
                }

                using (_writer.If(Expression.Name("place").Below(l, l == n)))
                {
                    _writer.Lines($"routes[{(unit.As("long") * l) + "place"}] = {j.WhereBelow(valid, n, j.ToString(), "-1")};");
                }
            });
        });
    }

    /// <summary>
    /// A bitonic sort, largest first. A key is the score above n − j, so that of equal scores the lower patch is the larger; what is no valid patch is below all.
    /// </summary>
    private void WriteSort()
    {
        (int n, int l, int padded) = (_layer.Patches, _layer.Taken, _selection.Padded);
        int keys = _experts * padded;
        _writer.Share(keys, _threads, i =>
        {
            Expression j = _writer.Let("j", i % padded);
            _writer.Lines("long key = long.MinValue;");
            InUnit(i / padded, (unit, valid) =>
            {
                using (_writer.If(j.Below(valid, valid.Value >= padded)))
                {
                    _writer.Lines($"key = ((long)Key(scores[{(unit.As("long") * n) + j}]) * {1L << 32}) + ({n - j});");
                }
            });
            _writer.Gap();
            _writer.Lines($"keys[{i}] = key;");
        });
        _writer.Barrier();
        using (_writer.Block($"for (int run = 2; run <= {padded}; run *= 2)"))
        {
            using (_writer.Block("for (int step = run / 2; step > 0; step /= 2)"))
            {
                _writer.Share(keys / 2, _threads, i => _writer.Lines($"""
                    int upper = {2 * i} - ({i} & (step - 1));
                    long a = keys[upper];
                    long b = keys[upper + step];
                    bool falling = (upper & {padded - 1} & run) == 0;
                    keys[upper] = a > b == falling ? a : b;
                    keys[upper + step] = a > b == falling ? b : a;
                    """));
                _writer.Gap();
                _writer.Barrier();
            }
        }

        _writer.Share(_experts * l, _threads, i =>
        {
            Expression place = _writer.Let("place", i % l);
            InUnit(i / l, (unit, valid) =>
            {
                // The lower half of a key is n − j, from 1 to n.
                Expression key = $"keys[{(i / l * padded) + place}]";
                _writer.Lines($"routes[{(unit.As("long") * l) + place}] = {place.WhereBelow(valid, l, $"{n} - (int)({key} & 0xffff)", "-1")};");
            });
        });
    }

    /// <summary>Prints what is done with an expert of an instance, if there is one, given it and the count of its valid patches.</summary>
    private void InUnit(Expression offset, Action<Expression, Expression> body)
    {
        Expression unit = _writer.Let("unit", _unit + offset);
        using (_writer.If(unit.Below(_end, _exact)))
        {
            body(unit, LayerText.Valid(_writer, _plan, unit / _layer.Experts));
        }
    }
}
