using PatchMoE.Cli.Inputs;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Theory;

/// <summary>A trained network that takes l patches per expert.</summary>
/// <param name="PatchesPerExpert">l.</param>
/// <param name="GateMass">The share of the routers' softmax over all patches that the l patches hold.</param>
/// <param name="Accuracy">The accuracy on the samples that l is chosen by.</param>
/// <param name="TestAccuracy">The accuracy on the test samples.</param>
/// <param name="ForwardFlops">FLOPs of one sample's forward pass.</param>
/// <param name="TrainingFlops">FLOPs of one sample's forward and backward pass.</param>
internal sealed record AccuracyPoint(int PatchesPerExpert, double GateMass, double Accuracy, double TestAccuracy, long ForwardFlops, long TrainingFlops);

/// <summary>How accuracy and gate mass grow with l, in trained networks that are routed again but not trained again.</summary>
/// <param name="Points">In the order of l.</param>
/// <param name="Samples">The number of samples that l is chosen by.</param>
/// <param name="HeldOut">Whether they were held out from training; otherwise they are the test samples.</param>
internal sealed record AccuracyMeasurement(IReadOnlyList<AccuracyPoint> Points, int Samples, bool HeldOut)
{
    /// <summary>The point of the highest accuracy, of several the smallest l.</summary>
    public AccuracyPoint Best => Points.MaxBy(point => point.Accuracy)!;

    /// <summary>The best accuracy's standard error, √(p(1 − p)/N).</summary>
    public double StandardError => Math.Sqrt(Best.Accuracy * (1 - Best.Accuracy) / Samples);

    /// <summary>The practical l*: the smallest l whose accuracy is within one standard error of the best.</summary>
    public AccuracyPoint Practical => Points.First(point => point.Accuracy >= Best.Accuracy - StandardError);

    /// <summary>Trains the networks, all on the same data, and measures them.</summary>
    /// <param name="job">The job.</param>
    public static AccuracyMeasurement Run(TheoryJob job)
    {
        NetworkTask[] tasks = [.. job.SeedValues.Select(seed => new NetworkTask(job.Spec, seed))];
        var samples = new SeedSamples(job with { Draw = _ => job.Data }, 1);
        TrainedNetwork[] networks = [.. new NetworkTrainings(job, samples).Run(tasks, network => network with { Threads = job.Threads })];
        Dataset test = job.Data.Test;
        Dataset choosing = TrainingParts.Of(job.Spec.Model, job.Spec.Training!, job.Data.Train, test, (ulong)job.Spec.Training!.Seed).Unseen;
        Compile(job);
        double[] mass = GateMassOf(job, networks, choosing);
        AccuracyPoint[] points = [.. job.Patches.Select(l => PointOf(job, networks, l, mass[l - 1], choosing))];
        return new AccuracyMeasurement(points, choosing.Count, choosing != test);
    }

    /// <summary>Compiles every network, several at once: each takes seconds, but only the first time.</summary>
    private static void Compile(TheoryJob job)
    {
        int[] all = [.. job.Patches.Union([job.AllPatches])];
        job.Context.Error.WriteLine($"compiling the network for {all.Length} values of l, unless they are compiled already");
        job.Context.Compute(() => Parallel.ForEach(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = job.Threads, CancellationToken = job.Context.Cancellation },
            patches => CompiledModel.Load(job.Spec.Taking(patches))));
    }

    private static AccuracyPoint PointOf(TheoryJob job, TrainedNetwork[] networks, int patches, double mass, Dataset choosing)
    {
        NetworkCost cost = NetworkCost.Of(job.Spec.Taking(patches).Model);
        (double accuracy, double testAccuracy) = (0, 0);
        foreach (TrainedNetwork network in networks)
        {
            using CpuEngine engine = network.EngineTaking(patches);
            var evaluator = new Evaluator(engine);
            double AccuracyOn(Dataset data) => evaluator.Evaluate(network.Own(data), job.Context.Cancellation).Accuracy / networks.Length;
            double tested = AccuracyOn(job.Data.Test);
            testAccuracy += tested;
            accuracy += choosing == job.Data.Test ? tested : AccuracyOn(choosing);
        }

        return new AccuracyPoint(patches, mass, accuracy, testAccuracy, cost.ForwardFlops, cost.ForwardFlops + cost.BackwardFlops);
    }

    /// <summary>[n], the mean over the networks.</summary>
    private static double[] GateMassOf(TheoryJob job, TrainedNetwork[] networks, Dataset data)
    {
        var mean = new double[job.AllPatches];
        foreach (TrainedNetwork network in networks)
        {
            IPatchMoEModel model = network.Taking(job.AllPatches);
            using Workspace workspace = model.CreateWorkspace(job.Threads);
            double[] own = GateMass.Measure(model, workspace, network.Own(data), job.Context.Cancellation);
            for (int l = 0; l < mean.Length; l++)
            {
                mean[l] += own[l] / networks.Length;
            }
        }

        return mean;
    }
}
