namespace PatchMoE.Cli.Help;

/// <summary>A command line that shows what a command is for.</summary>
/// <param name="Line">The line.</param>
/// <param name="About">What it does.</param>
internal sealed record CommandExample(string Line, string About);

/// <summary>The examples below the help of each command.</summary>
internal static class CommandExamples
{
    private static readonly Dictionary<string, CommandExample[]> s_examples = new()
    {
        ["new"] =
        [
            new("pmoe new mnist", "an example: a folder with a spec and 10,000 digits"),
            new("pmoe new photos --size 64", "a spec for a folder that has a folder of pictures for each class"),
            new("pmoe new wine.csv --label quality", "a spec for a table"),
        ],
        ["check"] = [new("pmoe check photos.json wine.json", "every mistake in two specs, with its place")],
        ["emit"] = [new("pmoe emit photos.json --out emitted", "the C# that the generator makes of a spec")],
        ["init"] = [new("pmoe init photos.json --seed 1 --weights start.safetensors", "initial weights, for 'pmoe run' or another program")],
        ["run"] =
        [
            new("pmoe run photos.json --weights w.safetensors --input x.npy --output logits.npy", "the logits of an array of samples"),
            new("pmoe run photos.json --weights w.safetensors --input x.npy --output logits.npy --labels y.npy --gradients g.safetensors", "the loss and its gradients, too"),
        ],
        ["train"] =
        [
            new("pmoe train photos.json", "train; weights and a report are in the folder runs"),
            new("pmoe train photos.json --seeds 5 --keep-best", "train five times, and keep the best epoch of the best"),
            new("pmoe train photos.json --resume --epochs 200", "go on with the last run"),
            new("pmoe train photos.json --backend ilgpu --device cuda:0", "train on a GPU"),
        ],
        ["eval"] = [new("pmoe eval photos.json --weights runs/photos-1/weights.safetensors", "accuracy on the spec's test data")],
        ["predict"] =
        [
            new("pmoe predict photos.json --input cat.png", "the class of a picture, by the spec's last run"),
            new("pmoe predict runs/photos-1/weights.safetensors --input holidays --top 3", "the three most probable classes of each picture in a folder"),
            new("pmoe predict photos.json --input - --json", "a picture from standard input, the answer as JSON"),
        ],
        ["route"] =
        [
            new("pmoe route photos.json --out routes.svg", "a picture of the patches that each expert took"),
            new("pmoe route letters.json --input letter.txt", "a text, in the colours of the experts that took its sentences"),
        ],
        ["export"] = [new("pmoe export photos.json --onnx photos.onnx", "the network of the last run, for ONNX Runtime")],
        ["publish"] =
        [
            new("pmoe publish photos.json --out native", "a native library with a C header, the weights inside"),
            new("pmoe publish photos.json --console --out native", "a program that classifies arrays"),
        ],
        ["compare"] = [new("pmoe compare runs/photos-1 runs/photos-2 --out compared.html", "two runs side by side, and their curves on a page")],
        ["cost"] = [new("pmoe cost photos.json --batch 64", "weights, FLOPs and bytes, part by part")],
        ["theory"] =
        [
            new("pmoe theory phase.json", "train, and measure how many patches an expert needs"),
            new("pmoe theory phase.json --weights w.safetensors --out theory.html", "measure these weights, and write a report"),
        ],
        ["sweep"] =
        [
            new("pmoe sweep grid.json --out runs/grid", "all trainings of a grid; the same line continues it"),
            new("pmoe sweep grid.json --out runs/grid --slurm --tasks 16", "the same by a job array of Slurm"),
        ],
        ["reproduce"] =
        [
            new("pmoe reproduce mnist --quick", "the paper's experiment on MNIST, smaller"),
            new("pmoe reproduce mnist --out runs/mnist --threads 8", "all of it, eight trainings at once"),
        ],
        ["bench"] = [new("pmoe bench photos.json --batch 64 --threads 1", "how long each pass takes, beside this machine's limits")],
        ["backends"] = [new("pmoe backends", "what --backend and --device can name here")],
        ["help"] = [new("pmoe help train", "the same as 'pmoe train --help'")],
        ["completion"] =
        [
            new("pmoe completion bash >> ~/.bashrc", "complete commands and options with the Tab key, from the next shell on"),
            new("pmoe completion zsh >> ~/.zshrc", "the same for zsh, below compinit"),
        ],
    };

    private static readonly CommandExample[] s_first =
    [
        new("pmoe new mnist", "a folder with a spec and 10,000 digits"),
        new("pmoe train mnist/mnist-joint.json", "weights and a report, in seconds"),
        new("pmoe help train", "what a command does, with examples"),
    ];

    /// <summary>The examples of a command; those to begin with if it is none of the table's.</summary>
    /// <param name="command">Its name.</param>
    public static IReadOnlyList<CommandExample> Of(string command) => s_examples.GetValueOrDefault(command, s_first);
}
