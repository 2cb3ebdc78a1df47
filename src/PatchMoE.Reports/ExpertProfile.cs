using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Notices;

namespace PatchMoE.Reports;

/// <summary>What an expert of layer 0 specialises in, measured on samples that the network is not trained on.</summary>
/// <param name="Expert">The expert.</param>
/// <param name="Share">Its share of the patches taken; for sample routing of the samples.</param>
/// <param name="GateShare">Its share of the sum of all gate values.</param>
/// <param name="ByClass">
/// [classes]: where patches (or samples) choose, the share of the class's choices that are this expert's; where experts choose, by how many standard deviations its router
/// scores the patches that it takes of this class above those of all samples. NaN for a class without samples.
/// </param>
/// <param name="MeanPatch">The mean of the patches that it took, before normalisation; null if it took none, or patches are not pixels.</param>
/// <param name="Twin">Another expert that takes nearly the same patches; null for none.</param>
internal sealed record ExpertProfile(int Expert, double Share, double GateShare, IReadOnlyList<double> ByClass, float[]? MeanPatch, int? Twin)
{
    /// <summary>Below this part of an equal share an expert counts as dead.</summary>
    private const double DeadPart = 0.01;

    private const int MostSamples = 1000;

    /// <summary>Whether it takes next to nothing, or its gates are next to 0.</summary>
    /// <param name="experts">k.</param>
    public bool IsDead(int experts) => Math.Min(Share, GateShare) < DeadPart / experts;

    /// <summary>Whether <see cref="ByClass"/> holds shares, not scores.</summary>
    public static bool HasShares(ModelSpec model) => model.Layers[0].Routing is Routing.TokenChoice or Routing.Sample;

    /// <summary>Measures all experts.</summary>
    /// <param name="model">The model; its layer 0 routes.</param>
    /// <param name="workspace">A workspace of it.</param>
    /// <param name="data">The samples; the first thousand are taken.</param>
    public static IReadOnlyList<ExpertProfile> Of(IPatchMoEModel model, Workspace workspace, Dataset data)
    {
        var meter = new Meter(model);
        var input = new float[data.InputLength];
        for (int sample = 0; sample < Math.Min(data.Count, MostSamples); sample++)
        {
            data.CopyInputs(sample, 1, input);
            meter.Add(input, ModelClasses.IndexOf(model.Spec.Model, data.Labels[sample]), workspace, data.LengthsOf(sample, 1));
        }

        return meter.Profiles();
    }

    /// <summary>Sums over samples.</summary>
    private sealed class Meter
    {
        private readonly IPatchMoEModel _model;
        private readonly ModelSpec _spec;
        private readonly RouteLayout _layout;
        private readonly int _experts;
        private readonly int[] _routes;
        private readonly float[] _scores;
        private readonly float[] _gates;
        private readonly double[] _gateSums;
        private readonly long[,] _classTaken;
        private readonly List<double>[,] _classScores;
        private readonly double[][]? _patchSums;
        private readonly ExpertOverlap _overlap;

        public Meter(IPatchMoEModel model)
        {
            _model = model;
            _spec = model.Spec.Model;
            _layout = RouteLayout.Of(_spec);
            _experts = _spec.Layers[0].Experts;
            int classes = ModelClasses.Count(_spec);
            int length = model.RouteShape.Aggregate(1, (product, size) => product * size);
            (_routes, _scores, _gates) = (new int[length], new float[length], new float[length]);
            _gateSums = new double[_experts];
            _classTaken = new long[_experts, classes];
            _classScores = new List<double>[_experts, classes];
            _overlap = new ExpertOverlap(_spec);
            _patchSums = _spec.Input is ImageInputSpec && !IsSample ? [.. Enumerable.Range(0, _experts).Select(_ => new double[_spec.LayerShapes()[0].Dimension])] : null;
            for (int i = 0; i < _classScores.Length; i++)
            {
                _classScores[i / classes, i % classes] = [];
            }
        }

        private bool IsSample => _spec.Layers[0].Routing == Routing.Sample;

        public void Add(float[] input, int classIndex, Workspace workspace, ReadOnlySpan<int> lengths)
        {
            _model.Route(input, _routes, _scores, _gates, workspace, lengths);
            _model.Metadata.Normalization?.Undo(input);
            var scores = new (double Sum, int Count)[_experts];
            for (int i = 0; i < _routes.Length; i++)
            {
                if (_routes[i] < 0)
                {
                    continue;
                }

                (int expert, int patch) = IsSample ? (_routes[i], 0) : _layout.At(i % _layout.Length, _routes[i]);
                _gateSums[expert] += _gates[i];
                _classTaken[expert, classIndex]++;
                scores[expert] = (scores[expert].Sum + _scores[i], scores[expert].Count + 1);
                AddPatch(expert, patch, input);
            }

            for (int expert = 0; expert < _experts; expert++)
            {
                if (scores[expert].Count > 0)
                {
                    _classScores[expert, classIndex].Add(scores[expert].Sum / scores[expert].Count);
                }
            }

            for (int at = 0; at < _routes.Length; at += _layout.Length)
            {
                _overlap.Add(_routes.AsSpan(at, _layout.Length));
            }
        }

        public IReadOnlyList<ExpertProfile> Profiles()
        {
            double all = Math.Max(1, _overlap.Taken.Sum());
            double gates = Math.Max(float.Epsilon, _gateSums.Sum());
            return [.. Enumerable.Range(0, _experts).Select(expert => new ExpertProfile(
                expert,
                _overlap.Taken[expert] / all,
                _gateSums[expert] / gates,
                HasShares(_spec) ? ClassShares(expert) : ClassScores(expert),
                _patchSums is null || _overlap.Taken[expert] == 0 ? null : [.. _patchSums[expert].Select(sum => (float)(sum / _overlap.Taken[expert]))],
                TwinOf(expert)))];
        }

        private void AddPatch(int expert, int patch, float[] input)
        {
            if (_patchSums is null)
            {
                return;
            }

            var image = (ImageInputSpec)_spec.Input;
            (int row, int column) = image.Corner(patch);
            int width = image.PatchWidth * image.Channels;
            for (int y = 0; y < image.PatchHeight; y++)
            {
                ReadOnlySpan<float> pixels = input.AsSpan((((row + y) * image.Width) + column) * image.Channels, width);
                for (int x = 0; x < width; x++)
                {
                    _patchSums[expert][(y * width) + x] += pixels[x];
                }
            }
        }

        private double[] ClassShares(int expert) => [.. Enumerable.Range(0, _classTaken.GetLength(1)).Select(index =>
        {
            long all = Enumerable.Range(0, _experts).Sum(other => _classTaken[other, index]);
            return all == 0 ? double.NaN : (double)_classTaken[expert, index] / all;
        })];

        private double[] ClassScores(int expert)
        {
            int classes = _classScores.GetLength(1);
            double[] all = [.. Enumerable.Range(0, classes).SelectMany(index => _classScores[expert, index])];
            double mean = all.DefaultIfEmpty(0).Average();
            double deviation = Math.Sqrt(all.Select(score => (score - mean) * (score - mean)).DefaultIfEmpty(0).Average());
            return [.. Enumerable.Range(0, classes).Select(index =>
                _classScores[expert, index].Count == 0 ? double.NaN : deviation == 0 ? 0 : (_classScores[expert, index].Average() - mean) / deviation)];
        }

        /// <summary>Where an expert takes all patches there are, every other one does so, too, and that says nothing.</summary>
        private int? TwinOf(int expert)
        {
            LayerShape shape = _spec.LayerShapes()[0];
            if (IsSample || shape.PatchesPerExpert >= shape.Patches)
            {
                return null;
            }

            for (int other = 0; other < _experts; other++)
            {
                if (other != expert && _overlap.Between(expert, other) >= TrainingNotices.SameShare)
                {
                    return other;
                }
            }

            return null;
        }
    }
}
