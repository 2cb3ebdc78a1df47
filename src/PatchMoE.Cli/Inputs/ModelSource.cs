using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Runs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Inputs;

/// <summary>A spec and the file of its weights, from what the command line names: a spec and weights, a spec alone (the weights of its last run), or weights alone (the spec in them).</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Folder">The folder that paths in it are relative to.</param>
/// <param name="WeightsPath">The weights.</param>
internal sealed record ModelSource(PatchMoESpec Spec, string Folder, string WeightsPath)
{
    /// <summary>Finds both.</summary>
    /// <param name="path">The command's argument: a spec, or weights.</param>
    /// <param name="weights">The value of <c>--weights</c>; null if it is not given.</param>
    /// <param name="context">The command's context.</param>
    /// <exception cref="BadInputException">A file cannot be read, the spec is not valid, or there are no weights.</exception>
    public static ModelSource Find(string path, string? weights, CommandContext context)
    {
        string folder = SpecFile.FolderOf(path);
        if (!IsWeights(path))
        {
            PatchMoESpec spec = SpecFile.Load(path, context);
            return new ModelSource(spec, folder, weights ?? Latest(spec, context));
        }

        if (weights is not null)
        {
            throw new BadInputException($"--weights: {path} holds weights already. Leave --weights out, or give a spec, a JSON file, instead.");
        }

        PatchMoESpec stored = WeightsFile.ReadSpec(path)
            ?? throw new BadInputException($"{path}: the weights hold no spec: another program or an older version wrote them. Give the spec too: pmoe … SPEC --weights {path}");
        return new ModelSource(stored, folder, path);
    }

    private static bool IsWeights(string path) => Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static string Latest(PatchMoESpec spec, CommandContext context)
    {
        string path = RunPlaces.LatestWeights(spec)
            ?? throw new BadInputException($"--weights: there is no run of {spec.Name} in the folder runs. Train it with 'pmoe train', or give its weights with --weights FILE.");
        context.Error.WriteLine($"weights: {path}");
        return path;
    }
}
