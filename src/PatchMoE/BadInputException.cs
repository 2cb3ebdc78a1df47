namespace PatchMoE;

/// <summary>A user's file or argument is wrong. The message says what, where, the value, the rule and the fix.</summary>
public sealed class BadInputException : Exception
{
    /// <summary>Creates the exception.</summary>
    public BadInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public BadInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
