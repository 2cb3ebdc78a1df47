namespace PatchMoE.Tests.Parity;

/// <summary>The passes without the head against those with it, on random networks: the head is the only difference.</summary>
[Category("Long")]
public class FeatureTests
{
    [Test]
    public void HeadOfFeatures_IsForward([Range(1, 30)] int seed)
    {
        Drawn drawn = Drawn.Of(seed);
        using Workspace workspace = drawn.Model.CreateSharing(threads: 2);
        var logits = new float[drawn.Samples * drawn.Model.Outputs];
        drawn.Model.Forward(drawn.Batch.Input, logits, workspace, drawn.Batch.Lengths);

        var features = new float[drawn.Samples * drawn.Model.FeatureLength];
        drawn.Model.Features(drawn.Batch.Input, features, workspace, drawn.Batch.Lengths);

        Agreement.Check("logits", logits, drawn.Head(features));
    }

    [Test]
    public void BackwardFeatures_GivesTheLayersGradients([Range(1, 30)] int seed)
    {
        Drawn drawn = Drawn.Of(seed);
        using Workspace workspace = drawn.Model.CreateSharing(threads: 2);
        var random = new Random(seed);
        float[] logitsGradient = [.. Enumerable.Range(0, drawn.Samples * drawn.Model.Outputs).Select(_ => random.NextSingle() - 0.5f)];
        var expected = new float[drawn.Model.Parameters.Length];
        var expectedInput = new float[drawn.Batch.Input.Length];
        drawn.Model.Backward(drawn.Batch.Input, logitsGradient, expected, workspace, expectedInput, drawn.Batch.Lengths);

        var gradients = new float[drawn.Model.Parameters.Length];
        var inputGradient = new float[drawn.Batch.Input.Length];
        gradients.AsSpan().Fill(float.NaN);
        drawn.Model.BackwardFeatures(drawn.Batch.Input, drawn.ThroughHead(logitsGradient), gradients, workspace, inputGradient, drawn.Batch.Lengths);

        Agreement.Check("input", inputGradient, expectedInput);
        foreach (ParameterSpec parameter in drawn.Model.ParameterSpecs)
        {
            float[] wanted = parameter.Layer < 0 ? new float[parameter.Length] : expected.AsSpan(parameter.Offset, parameter.Length).ToArray();
            Agreement.Check(parameter.Name, gradients.AsSpan(parameter.Offset, parameter.Length), wanted);
        }
    }

    [Test]
    public void WrongLength_IsRefused()
    {
        Drawn drawn = Drawn.Of(1);
        using Workspace workspace = drawn.Model.CreateWorkspace();
        Assert.That(
            () => drawn.Model.Features(drawn.Batch.Input, new float[(drawn.Samples + 1) * drawn.Model.FeatureLength], workspace),
            Throws.ArgumentException.With.Message.Contains("input has"));
    }

    private sealed record Drawn(IPatchMoEModel Model, RandomBatch Batch)
    {
        public int Samples => Batch.Labels.Length;

        private int HeadAt => Model.ParameterSpecs.Single(parameter => parameter.Role == ParameterRole.Head).Offset;

        public static Drawn Of(int seed)
        {
            PatchMoESpec spec = new RandomSpecs(seed).Draw();
            IPatchMoEModel model = Compiled.Of(spec);
            (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed);
            batch.Parameters.CopyTo(model.Parameters);
            return new Drawn(model, batch);
        }

        /// <summary>W·y + b.</summary>
        public double[] Head(float[] features)
        {
            ParameterSpec? bias = Model.ParameterSpecs.SingleOrDefault(parameter => parameter.Role == ParameterRole.HeadBias);
            var logits = new double[Samples * Model.Outputs];
            for (int i = 0; i < logits.Length; i++)
            {
                (int b, int c) = (i / Model.Outputs, i % Model.Outputs);
                logits[i] = bias is null ? 0 : Model.Parameters[bias.Offset + c];
                for (int j = 0; j < Model.FeatureLength; j++)
                {
                    logits[i] += (double)Model.Parameters[HeadAt + (c * Model.FeatureLength) + j] * features[(b * Model.FeatureLength) + j];
                }
            }

            return logits;
        }

        /// <summary>Wᵀ·∂L/∂f.</summary>
        public float[] ThroughHead(float[] logitsGradient)
        {
            var gradient = new float[Samples * Model.FeatureLength];
            for (int i = 0; i < gradient.Length; i++)
            {
                (int b, int j) = (i / Model.FeatureLength, i % Model.FeatureLength);
                for (int c = 0; c < Model.Outputs; c++)
                {
                    gradient[i] += Model.Parameters[HeadAt + (c * Model.FeatureLength) + j] * logitsGradient[(b * Model.Outputs) + c];
                }
            }

            return gradient;
        }
    }
}
