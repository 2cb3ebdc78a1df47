namespace PatchMoE.TorchSharp.Tests.Backbones;

/// <summary>A Wide ResNet in evaluation mode, with plain loops in double precision over one image at a time: the textbook version that the module is checked against.</summary>
internal sealed class PlainWideResNet(ModelSpec model, float[] parameters)
{
    private const double Epsilon = 1e-5;

    private readonly EquatableArray<ParameterSpec> _tensors = model.Parameters();

    /// <summary>The logits of one image [H, W, C].</summary>
    public double[] Logits(float[] image)
    {
        BackboneSpec backbone = model.Backbone!;
        int groups = model.Layers.Count == 0 ? backbone.Widths.Count : backbone.Widths.Count - 1;
        Map x = Convolve(new Map(backbone.Height, backbone.Width, backbone.Channels, Array.ConvertAll(image, pixel => (double)pixel)), "backbone.stem", 1);
        for (int group = 0; group < groups; group++)
        {
            for (int block = 0; block < backbone.Blocks; block++)
            {
                x = Block(x, $"backbone.groups.{group}.{block}", group > 0 && block == 0 ? 2 : 1);
            }
        }

        if (model.Layers.Count == 0)
        {
            return Head(Mean(NormRelu(x, "norm")));
        }

        x = Convolve(NormRelu(x, "backbone.reduction.norm"), "backbone.reduction.convolution", 2);
        return Head(backbone.Output == LayerOutput.Map ? Mean(NormRelu(Layer(x), "norm")) : Pooled(Layer(x)));
    }

    /// <summary>Sums over the chosen patches and divides.</summary>
    private double[] Pooled(Map outputs)
    {
        LayerSpec layer = model.Layers[0];
        double patches = outputs.Height * outputs.Width;
        double divisor = (layer.Routing, layer.Pooling) switch
        {
            (Routing.ExpertChoice, Pooling.Selected) => layer.PatchesPerExpert,
            (Routing.ExpertChoice, Pooling.Sum) => 1,
            _ => patches,
        };
        return [.. Mean(outputs).Select(mean => mean * patches / divisor)];
    }

    /// <summary>The pMoE layer before its pooling: each expert's output for the patches it takes, 0 elsewhere.</summary>
    private Map Layer(Map map)
    {
        LayerSpec layer = model.Layers[0];
        LayerShape shape = model.LayerShapes()[0];
        double[][] patches = Patches(map);
        double[] experts = Tensor("layers.0.experts.weight");
        double[]? bias = layer.Bias ? Tensor("layers.0.experts.bias") : null;
        var input = (ImageInputSpec)model.Input;
        var result = new Map(input.GridHeight, input.GridWidth, shape.Outputs);
        for (int s = 0; s < shape.Experts; s++)
        {
            (int Patch, double Gate)[] taken = Taken(layer, patches, s);
            for (int r = 0; r < shape.Neurons; r++)
            {
                int neuron = (s * shape.Neurons) + r;
                foreach ((int patch, double gate) in taken)
                {
                    double u = Dot(experts, neuron * shape.Dimension, patches[patch]) + (bias?[neuron] ?? 0);
                    result.Values[(patch * shape.Outputs) + neuron] = gate * Math.Max(u, 0);
                }
            }
        }

        return result;
    }

    private (int Patch, double Gate)[] Taken(LayerSpec layer, double[][] patches, int expert)
    {
        if (layer.Routing == Routing.Dense)
        {
            return [.. patches.Select((_, j) => (j, 1.0))];
        }

        double[] router = Tensor("layers.0.router.weight");
        int dimension = patches[0].Length;
        if (layer.Routing == Routing.Sample)
        {
            double[] votes = [.. Enumerable.Range(0, layer.Experts).Select(s => patches.Sum(patch => Dot(router, s * dimension, patch)))];
            bool wins = Array.IndexOf(votes, votes.Max()) == expert;
            return wins ? [.. patches.Select((_, j) => (j, Softmax(votes)[expert]))] : [];
        }

        double[] scores = [.. patches.Select(patch => Dot(router, expert * dimension, patch))];
        int[] chosen = [.. Enumerable.Range(0, patches.Length).OrderByDescending(j => scores[j]).Take(layer.PatchesPerExpert)];
        double[] selected = Softmax([.. chosen.Select(j => scores[j])]);
        double[] all = Softmax(scores);
        return
        [
            .. chosen.Select((j, i) => (j, layer.Gate switch
            {
                Gate.None => 1,
                Gate.SoftmaxSelected => selected[i],
                Gate.SoftmaxAll => all[j],
                _ => 1 / (1 + Math.Exp(-scores[j])),
            })),
        ];
    }

    private double[][] Patches(Map map)
    {
        var input = (ImageInputSpec)model.Input;
        return
        [
            .. Enumerable.Range(0, input.GridHeight * input.GridWidth).Select(patch =>
            {
                (int top, int left) = input.Corner(patch);
                return (
                    from row in Enumerable.Range(top, input.PatchHeight)
                    from column in Enumerable.Range(left, input.PatchWidth)
                    from channel in Enumerable.Range(0, map.Channels)
                    select map.Values[(((row * map.Width) + column) * map.Channels) + channel]).ToArray();
            }),
        ];
    }

    private Map Block(Map x, string name, int stride)
    {
        Map active = NormRelu(x, $"{name}.norm1");
        Map y = Convolve(NormRelu(Convolve(active, $"{name}.convolution1", stride), $"{name}.norm2"), $"{name}.convolution2", 1);
        Map shortcut = stride == 1 && x.Channels == y.Channels ? x : Convolve(active, $"{name}.shortcut", stride);
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] += shortcut.Values[i];
        }

        return y;
    }

    private Map Convolve(Map x, string name, int stride)
    {
        ParameterSpec tensor = _tensors.Single(one => one.Name == $"{name}.weight");
        double[] filters = Tensor(tensor.Name);
        (int outputs, int kernel) = (tensor.Shape[0], tensor.Shape[2]);
        var y = new Map(((x.Height - 1) / stride) + 1, ((x.Width - 1) / stride) + 1, outputs);
        for (int row = 0; row < y.Height; row++)
        {
            for (int column = 0; column < y.Width; column++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    double sum = 0;
                    for (int i = 0; i < kernel * kernel * x.Channels; i++)
                    {
                        (int input, int place) = Math.DivRem(i, kernel * kernel);
                        int sourceRow = (row * stride) + (place / kernel) - (kernel / 2);
                        int sourceColumn = (column * stride) + (place % kernel) - (kernel / 2);
                        if (sourceRow >= 0 && sourceRow < x.Height && sourceColumn >= 0 && sourceColumn < x.Width)
                        {
                            sum += filters[(output * kernel * kernel * x.Channels) + i] * x.Values[(((sourceRow * x.Width) + sourceColumn) * x.Channels) + input];
                        }
                    }

                    y.Values[(((row * y.Width) + column) * outputs) + output] = sum;
                }
            }
        }

        return y;
    }

    private Map NormRelu(Map x, string name)
    {
        (double[] mean, double[] variance) = (Tensor($"{name}.running_mean"), Tensor($"{name}.running_var"));
        (double[] scale, double[] shift) = (Tensor($"{name}.weight"), Tensor($"{name}.bias"));
        var y = new Map(x.Height, x.Width, x.Channels);
        for (int i = 0; i < x.Values.Length; i++)
        {
            int c = i % x.Channels;
            y.Values[i] = Math.Max(((x.Values[i] - mean[c]) / Math.Sqrt(variance[c] + Epsilon) * scale[c]) + shift[c], 0);
        }

        return y;
    }

    private double[] Head(double[] features)
    {
        double[] weights = Tensor("head.weight");
        double[]? bias = model.Head.Bias ? Tensor("head.bias") : null;
        return [.. Enumerable.Range(0, model.Head.Outputs).Select(c => Dot(weights, c * features.Length, features) + (bias?[c] ?? 0))];
    }

    private double[] Tensor(string name)
    {
        ParameterSpec tensor = _tensors.Single(one => one.Name == name);
        return Array.ConvertAll(parameters.AsSpan(tensor.Offset, tensor.Length).ToArray(), value => (double)value);
    }

    private static double[] Mean(Map x) =>
        [.. Enumerable.Range(0, x.Channels).Select(c => Enumerable.Range(0, x.Height * x.Width).Average(i => x.Values[(i * x.Channels) + c]))];

    private static double Dot(double[] rows, int start, double[] x) => x.Select((value, i) => rows[start + i] * value).Sum();

    private static double[] Softmax(double[] scores)
    {
        double[] exponentials = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }

    /// <summary>A map [height, width, channels].</summary>
    private sealed record Map(int Height, int Width, int Channels, double[] Values)
    {
        public Map(int height, int width, int channels)
            : this(height, width, channels, new double[height * width * channels])
        {
        }
    }
}
