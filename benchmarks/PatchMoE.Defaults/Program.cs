using System.Globalization;
using PatchMoE;
using PatchMoE.Compiler;
using PatchMoE.Defaults;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Engines;

string[] cases = args[0] == "all" ? [.. Case.All.Select(c => c.Name)] : args[0].Split(',');
string[] names = args[1].Split(',');
int seeds = int.Parse(args[2], CultureInfo.InvariantCulture);
foreach (string name in cases)
{
    Case one = Case.All.Single(c => c.Name == name);
    IPatchMoEModel model = PatchMoECompiler.Compile(one.Spec);
    foreach (string text in names)
    {
        // optimizer:lr:schedule:epochs:batch:router:opposed
        string[] p = text.Split(':');
        double D(int i) => double.Parse(p[i], CultureInfo.InvariantCulture);
        var training = TrainingSpec.Default with
        {
            Optimizer = OptimizerSpec.Default with { Kind = Enum.Parse<OptimizerKind>(p[0], true), LearningRate = D(1), WeightDecay = p[0] == "adamw" ? 0.01 : 0 },
            Schedule = p[2] == "cos" ? new ScheduleSpec(ScheduleKind.Cosine, 0, 30, 0.1) : p[2] == "wcos" ? new ScheduleSpec(ScheduleKind.Cosine, 5, 30, 0.1) : ScheduleSpec.Default,
            Epochs = (int)D(3), Batch = (int)D(4), Init = new InitSpec(D(5), null, null),
        };
        var accuracies = new List<double>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            var (train, test) = one.Draw(one.Spec, seed);
            PatchMoESpec spec = one.Spec with { Training = training };
            WeightInitializer.Initialize(spec, seed, model.Parameters);
            if (p[6] == "o")
            {
                var router = model.ParameterSpecs.First(t => t.Role == ParameterRole.Router);
                int d = router.Shape[1];
                Span<float> w = model.Parameters.Slice(router.Offset, router.Length);
                for (int s = 1; s < router.Shape[0]; s += 2) { for (int i = 0; i < d; i++) { w[(s * d) + i] = -w[((s - 1) * d) + i]; } }
            }

            using var engine = new CpuEngine(model, 1);
            try
            {
                var result = new Trainer(model, engine, training, train, test, new TrainerOptions { Seed = seed, TestEvery = 0 }).Run();
                accuracies.Add(result.Final.Accuracy);
            }
            catch (TrainingDivergedException) { accuracies.Add(0); }
        }

        accuracies.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {text,-34} fails {accuracies.Count(a => a < one.FailsBelow),2}/{seeds}  min {accuracies[0]:0.00} p10 {accuracies[seeds / 10]:0.00} median {accuracies[seeds / 2]:0.00}  {clock.Elapsed.TotalSeconds:0} s"));
    }
}
