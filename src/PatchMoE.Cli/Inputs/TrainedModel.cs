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
        float[] parameters = Weights(spec.Model, weightsPath, context);
        IPatchMoEModel model = context.Compute(() => CompiledModel.Load(spec));
        parameters.CopyTo(model.Parameters);
        model.Metadata = WeightsFile.ReadMetadata(weightsPath, spec.Model);
        return model;
    }

    /// <summary>The parameter buffer with the weights from a file; says on the error stream how names were understood.</summary>
    /// <exception cref="BadInputException">The file does not hold weights of the model.</exception>
    public static float[] Weights(ModelSpec model, string path, CommandContext context)
    {
        var parameters = new float[ModelParameters.BufferLength(model.Parameters())];
        WeightsFile.Load(path, model, parameters, out string prefix);
        if (prefix.Length > 0)
        {
            context.Error.WriteLine($"note: {path}: the names of all tensors begin with '{prefix}', which is passed over");
        }

        return parameters;
    }
}
