using PatchMoE.Training.Data;

namespace PatchMoE.Defaults;

/// <summary>A small task.</summary>
/// <param name="Name">Its name, also on the command line.</param>
/// <param name="About">What it is, for the table.</param>
/// <param name="Spec">The network; nothing of its training.</param>
/// <param name="Chance">The accuracy of guessing.</param>
/// <param name="Draw">Training and test data of a seed.</param>
internal sealed record Case(string Name, string About, PatchMoESpec Spec, double Chance, Func<PatchMoESpec, ulong, (Dataset Train, Dataset Test)> Draw)
{
    /// <summary>A training fails if it ends nearer to chance than to no mistakes.</summary>
    public double FailsBelow => (1 + Chance) / 2;

    public static IReadOnlyList<Case> All { get; } =
    [
        Shapes("shapes", 32, 4, 2, "softmaxSelected"),
        Shapes("shapes-l4", 32, 4, 4, "softmaxSelected"),
        Shapes("shapes-k8", 32, 8, 2, "softmaxSelected"),
        Shapes("shapes-all", 32, 4, 2, "softmaxAll"),
        Shapes("shapes-64", 64, 4, 2, "softmaxSelected"),
        Digits(),
        Synthetic(),
        Table(),
    ];

    private static Case Shapes(string name, int side, int experts, int patches, string gate) => new(
        name,
        $"{side}×{side} grey, circle or square on noise, 150 + 50 pictures; k = {experts}, l = {patches}, `{gate}`",
        Read(name, $$"""
            "input": { "kind": "image", "height": {{side}}, "width": {{side}}, "patch": 8 },
            "layers": [ { "experts": {{experts}}, "patchesPerExpert": {{patches}}, "neuronsPerExpert": 16, "gate": "{{gate}}", "bias": true } ],
            "head": { "kind": "linear", "outputs": 2 },
            "loss": "softmaxCrossEntropy"
            """),
        0.5,
        (_, seed) => (ShapePictures.Draw(side, 150, seed, "train"), ShapePictures.Draw(side, 50, seed, "test")));

    private static Case Digits() => new(
        "digits",
        "28×28 digits of ten classes, 500 + 500 pictures; k = 8, l = 4, `softmaxSelected`",
        Read("digits", """
            "input": { "kind": "image", "height": 28, "width": 28, "patch": 7, "stride": 3 },
            "layers": [ { "experts": 8, "patchesPerExpert": 4, "neuronsPerExpert": 16, "gate": "softmaxSelected", "bias": true } ],
            "head": { "kind": "linear", "outputs": 10 },
            "loss": "softmaxCrossEntropy"
            """,
            """, "data": { "kind": "images", "source": "mnist", "train": 500, "test": 500 } """),
        0.1,
        (spec, seed) =>
        {
            (Dataset train, Dataset test) = DataLoader.Load(spec, dataFolder: null, seed, specFolder: ".");
            return (train, test);
        });

    private static Case Synthetic() => new(
        "synthetic",
        "the paper's synthetic vectors, n = 16, d = 32, 200 + 200 samples; k = 4, l = 2, `softmaxSelected`",
        Read("synthetic", """
            "input": { "kind": "vectors", "patches": 16, "dimension": 32 },
            "layers": [ { "experts": 4, "patchesPerExpert": 2, "neuronsPerExpert": 8, "gate": "softmaxSelected" } ],
            "head": { "kind": "linear", "outputs": 2 },
            "loss": "softmaxCrossEntropy"
            """,
            """, "data": { "kind": "synthetic", "patterns": 8, "similarity": 0.2, "noise": 0.02, "train": 200, "test": 200 } """),
        0.5,
        (spec, seed) =>
        {
            (Dataset train, Dataset test) = DataLoader.Load(spec, dataFolder: null, seed, specFolder: ".");
            return (train, test);
        });

    private static Case Table() => new(
        "table",
        "a table of 6 groups of 5 columns, three classes, 200 + 100 rows; k = 4, l = 2, `softmaxSelected`",
        Read("table", $$"""
            "input": { "kind": "vectors", "patches": {{GroupedTable.Groups}}, "dimension": {{GroupedTable.Columns}} },
            "layers": [ { "experts": 4, "patchesPerExpert": 2, "neuronsPerExpert": 16, "gate": "softmaxSelected", "bias": true } ],
            "head": { "kind": "linear", "outputs": {{GroupedTable.Classes}} },
            "loss": "softmaxCrossEntropy"
            """),
        1.0 / GroupedTable.Classes,
        (_, seed) => (GroupedTable.Draw(200, seed, "train"), GroupedTable.Draw(100, seed, "test")));

    private static PatchMoESpec Read(string name, string model, string more = "")
    {
        SpecResult read = SpecReader.Read($$"""{ "name": "{{name}}", "model": { {{model}} } {{more}} }""", name);
        return read.Spec ?? throw new InvalidOperationException(string.Join('\n', read.Diagnostics));
    }
}
