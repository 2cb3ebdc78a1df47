using PatchMoE.Training;

namespace PatchMoE.Cli;

/// <summary>What a failure looks like to the user: the message alone where the input is at fault.</summary>
internal static class FailureText
{
    public static string Of(Exception failure, bool debug) => debug ? failure.ToString() : failure switch
    {
        BadInputException or ArgumentException or TrainingDivergedException => $"error: {failure.Message}",
        IOException or UnauthorizedAccessException => $"error: {failure.Message}",
        OutOfMemoryException => "error: there is not enough memory for arrays of this size. Give fewer samples at once, or use fewer threads.",
        _ => $"internal error: {failure.Message} This is a fault of pmoe; --debug shows where it arose.",
    };
}
