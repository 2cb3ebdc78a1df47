using PatchMoE.Cli.Outputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Inputs;

/// <summary>Compiles a spec and loads weights into it.</summary>
internal static class TrainedModel
{
    /// <summary>A model with the weights from a file.</summary>
    /// <exception cref="BadInputException">The file does not hold weights of the spec.</exception>
    public static IPatchMoEModel Load(PatchMoESpec spec, string weightsPath, CommandContext context)
    {
        // Wrong weights are detected without compiling.
        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        WeightsFile.Load(weightsPath, spec.Model, parameters);
        IPatchMoEModel model = context.Compute(() => CompiledModel.Load(spec));
        parameters.CopyTo(model.Parameters);
        model.Metadata = WeightsFile.ReadMetadata(weightsPath, spec.Model);
        return model;
    }
}
