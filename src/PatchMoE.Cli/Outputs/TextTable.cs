using Spectre.Console;

namespace PatchMoE.Cli.Outputs;

/// <summary>A table on the error stream; the first column holds names, the others numbers.</summary>
internal sealed class TextTable
{
    // A pipe has no width; a table written to it must not be truncated.
    private const int PipeWidth = 160;

    private readonly Table _table = new();

    public TextTable(params string[] titles)
    {
        foreach (string title in titles)
        {
            _table.AddColumn(new TableColumn(Markup.Escape(title)) { Alignment = title == titles[0] ? Justify.Left : Justify.Right });
        }
    }

    public void Add(params string[] cells) => _table.AddRow(cells.Select(Markup.Escape).ToArray());

    public void Write(CommandContext context)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        if (!context.IsWatched)
        {
            console.Profile.Width = PipeWidth;
        }

        console.Write(_table.Border(context.IsWatched ? TableBorder.Rounded : TableBorder.Ascii));
    }
}
