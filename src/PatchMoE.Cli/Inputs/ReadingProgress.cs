using System.Diagnostics;
using System.Globalization;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Inputs;

/// <summary>Tells how many pictures or texts are read so far: on one line of a terminal, once every few seconds elsewhere, and not at all if it takes no time.</summary>
/// <param name="what">What is done, for example <c>decoding pictures</c>.</param>
/// <param name="context">The command's context.</param>
internal sealed class ReadingProgress(string what, CommandContext context) : IProgress<(int Done, int All)>, IDisposable
{
    private static readonly TimeSpan s_terminal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pipe = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _since = Stopwatch.StartNew();
    private bool _hasLine;

    public void Report((int Done, int All) value)
    {
        if (_since.Elapsed < (context.IsWatched ? s_terminal : s_pipe))
        {
            return;
        }

        _since.Restart();
        string text = string.Create(CultureInfo.InvariantCulture, $"{what}: {value.Done} of {value.All}");
        if (context.IsWatched)
        {
            context.Error.Write($"\r{text}");
            _hasLine = true;
        }
        else
        {
            context.Error.WriteLine(text);
        }
    }

    /// <summary>Ends the line.</summary>
    public void Dispose()
    {
        if (_hasLine)
        {
            context.Error.WriteLine();
        }
    }
}
