using PatchMoE.Training;

namespace PatchMoE.Cli.Outputs;

/// <summary>How a failure is shown to the user: only the message if the input is at fault.</summary>
internal static class FailureText
{
    public static string Of(Exception failure, bool debug) => debug ? failure.ToString() : failure switch
    {
        BadInputException or ArgumentException or TrainingDivergedException => $"error: {failure.Message}",
        IOException or UnauthorizedAccessException => $"error: {failure.Message}",
        OutOfMemoryException => "error: there is not enough memory for arrays of this size. Use fewer samples at once, or fewer threads.",
        _ => $"internal error: {failure.Message} This is a bug in pmoe; --debug shows where it occurred.",
    };
}
