namespace PatchMoE.Defaults;

/// <summary>A candidate for the defaults of <c>training</c>.</summary>
/// <param name="Name">Its name, also on the command line.</param>
/// <param name="About">What it is, for the table.</param>
/// <param name="Training">The section.</param>
internal sealed record Setting(string Name, string About, TrainingSpec Training)
{
    private static readonly ScheduleSpec s_constant = ScheduleSpec.Default with { Kind = ScheduleKind.Constant };
    private static readonly InitSpec s_smallRouters = InitSpec.Default with { Router = 0.01 };

    public static IReadOnlyList<Setting> All { get; } =
    [
        Of("before", "SGD 0.1, constant, routers 0.01", OptimizerKind.Sgd, 0.1, s_constant, s_smallRouters),
        Of("sgd", "SGD 0.1, cosine", OptimizerKind.Sgd, 0.1, ScheduleSpec.Default, InitSpec.Default),
        Of("momentum", "momentum 0.03, cosine", OptimizerKind.Momentum, 0.03, ScheduleSpec.Default, InitSpec.Default),
        Of("adam-slow", "Adam 0.001, cosine", OptimizerKind.Adam, 0.001, ScheduleSpec.Default, InitSpec.Default),
        Of("adam-constant", "Adam 0.01, constant", OptimizerKind.Adam, 0.01, s_constant, InitSpec.Default),
        Of("adam-small", "Adam 0.01, cosine, routers 0.01", OptimizerKind.Adam, 0.01, ScheduleSpec.Default, s_smallRouters),
        Of("adam-cold", "Adam 0.01, cosine without warm-up", OptimizerKind.Adam, 0.01, ScheduleSpec.Default with { Warmup = 0 }, InitSpec.Default),
        new("default", "**the defaults**: Adam 0.01, cosine", TrainingSpec.Default),
        Of("adam-fast", "Adam 0.03, cosine", OptimizerKind.Adam, 0.03, ScheduleSpec.Default, InitSpec.Default),
    ];

    private static Setting Of(string name, string about, OptimizerKind kind, double learningRate, ScheduleSpec schedule, InitSpec init) => new(
        name, about, TrainingSpec.Default with { Optimizer = OptimizerSpec.Of(kind) with { LearningRate = learningRate }, Schedule = schedule, Init = init });
}
