using System.Net;
using System.Text;

namespace PatchMoE.Reports;

/// <summary>What all pages and pictures have in common.</summary>
internal static class Markup
{
    /// <summary>Appends a line with its numbers as in every culture.</summary>
    public static StringBuilder Line(this StringBuilder text, FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');

    /// <summary>A self-contained HTML page.</summary>
    /// <param name="title">Its title, plain text.</param>
    /// <param name="heading">The heading, plain text.</param>
    /// <param name="lead">What is below the heading, plain text.</param>
    /// <param name="body">The rest, HTML lines.</param>
    public static string Page(string title, string heading, string lead, StringBuilder body) => $$"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{WebUtility.HtmlEncode(title)}}</title>
        <style>
        body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: {{Palette.Ink}}; background: #fff; max-width: 1160px; margin: 2rem auto; padding: 0 1.25rem; }
        h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
        .lead { color: {{Palette.Muted}}; margin: .2rem 0 1.4rem; }
        .note { border-left: 4px solid #e69f00; background: #fff7e6; padding: .5rem .8rem; }
        .numbers { display: flex; flex-wrap: wrap; gap: .8rem; margin: 0; }
        .numbers div { border: 1px solid {{Palette.Grid}}; border-radius: 8px; padding: .6rem 1rem; min-width: 8rem; }
        .numbers dt { color: {{Palette.Muted}}; font-size: .85rem; } .numbers dd { margin: 0; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 1rem; }
        .curves svg, .routes svg { width: 100%; height: auto; } .routes svg { max-width: 1060px; } figure { margin: 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid {{Palette.Grid}}; }
        th { font-weight: 600; color: {{Palette.Muted}}; }
        .scroll { overflow-x: auto; } .confusion td { text-align: right; padding: .3rem .8rem; min-width: 2.5rem; } .confusion th { padding-right: .8rem; }
        details { margin: .8rem 0; } summary { cursor: pointer; }
        </style>
        </head>
        <body>
        <h1>{{WebUtility.HtmlEncode(heading)}}</h1>
        <p class="lead">{{WebUtility.HtmlEncode(lead)}}</p>
        {{body}}</body>
        </html>

        """;
}
