using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace PatchMoE.Cli.Help;

/// <summary>
/// Scripts that let a shell complete commands, options and the words that they take. They hold the whole table, so the Tab key starts no process; where no
/// word fits, the shell offers files.
/// </summary>
internal static class CompletionScript
{
    public const string Bash = "bash";
    public const string Zsh = "zsh";
    public const string PowerShell = "pwsh";

    /// <summary>The script for a shell.</summary>
    /// <param name="shell">One of the names above.</param>
    /// <param name="root">The table of commands.</param>
    public static string For(string shell, Command root) => shell switch
    {
        Bash => $$"""
            # Completion of pmoe in bash.
            _pmoe() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}" words=""
            {{Cases(root, "[ \"$COMP_CWORD\" -eq 1 ]")}}
                COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -o bashdefault -o default -F _pmoe pmoe

            """,
        Zsh => $$"""
            # Completion of pmoe in zsh.
            _pmoe() {
                local current="${words[CURRENT]}" previous="${words[CURRENT-1]}" command="${words[2]}" candidates=""
            {{Cases(root, "[ \"$CURRENT\" -eq 2 ]").Replace("words=", "candidates=", StringComparison.Ordinal)}}
                if [ -n "$candidates" ]; then compadd -- ${=candidates}; else _files; fi
            }
            compdef _pmoe pmoe

            """,
        PowerShell => PowerShellScript(root),
        _ => throw new ArgumentException($"There is no script for the shell {shell}.", nameof(shell)),
    };

    /// <summary>What both POSIX shells share: which words fit the place.</summary>
    private static string Cases(Command root, string isFirst)
    {
        var text = new StringBuilder();
        text.Append($"    if {isFirst}; then\n        words=\"{Names(root)}\"\n    else\n        case \"$command $previous\" in\n");
        foreach ((string place, string words) in Values(root))
        {
            text.Append($"            \"{place}\") words=\"{words}\" ;;\n");
        }

        text.Append("            *) case \"$current\" in -*) case \"$command\" in\n");
        foreach ((string command, string options) in Options(root))
        {
            text.Append($"                {command}) words=\"{options}\" ;;\n");
        }

        return text.Append("            esac ;; esac ;;\n        esac\n    fi").ToString();
    }

    private static string PowerShellScript(Command root)
    {
        static string Quoted(string words) => string.Join(", ", words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => $"'{word}'"));
        var text = new StringBuilder();
        text.Append("# Completion of pmoe in PowerShell.\n$PmoeCommands = @(").Append(Quoted(Names(root))).Append(")\n$PmoeOptions = @{\n");
        foreach ((string command, string options) in Options(root))
        {
            text.Append($"    '{command}' = @({Quoted(options)})\n");
        }

        text.Append("}\n$PmoeValues = @{\n");
        foreach ((string place, string words) in Values(root))
        {
            text.Append($"    '{place}' = @({Quoted(words)})\n");
        }

        return text.Append("""
            }
            Register-ArgumentCompleter -Native -CommandName pmoe -ScriptBlock {
                param($word, $line, $cursor)
                $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
                if ($before.Count -le 1) { $words = $PmoeCommands }
                elseif ($PmoeValues.ContainsKey("$($before[1]) $($before[-1])")) { $words = $PmoeValues["$($before[1]) $($before[-1])"] }
                elseif ("$word".StartsWith('-')) { $words = $PmoeOptions[$before[1]] }
                else { $words = @() }
                $words | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }

            """).ToString();
    }

    private static IEnumerable<Command> Shown(Command root) => root.Subcommands.Where(command => !command.Hidden);

    private static string Names(Command root) => string.Join(' ', Shown(root).Select(command => command.Name));

    private static IEnumerable<(string Command, string Options)> Options(Command root) => Shown(root).Select(command => (
        command.Name, string.Join(' ', command.Options.Concat(root.Options.Where(option => option.Recursive)).Where(option => !option.Hidden).Select(option => option.Name).Distinct())));

    /// <summary>The words that a command's first argument, or an option, can be: the place is what stands before it.</summary>
    private static IEnumerable<(string Place, string Words)> Values(Command root)
    {
        foreach (Command command in Shown(root))
        {
            foreach (Option option in command.Options.Where(option => !option.Hidden && option.ValueType != typeof(bool)))
            {
                if (Words(option) is { Length: > 0 } words)
                {
                    yield return ($"{command.Name} {option.Name}", words);
                }
            }

            if (command.Arguments.FirstOrDefault() is { } argument && Words(argument) is { Length: > 0 } names)
            {
                yield return ($"{command.Name} {command.Name}", names);
            }
        }
    }

    private static string Words(Symbol symbol) => string.Join(' ', symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label));
}
