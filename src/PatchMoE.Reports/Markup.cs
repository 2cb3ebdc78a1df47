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
    public static string Page(string title, string heading, string lead, StringBuilder body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{WebUtility.HtmlEncode(title)}</title>
        <style>
        {PageStyle.Sheet}
        </style>
        </head>
        <body>
        <h1>{WebUtility.HtmlEncode(heading)}</h1>
        <p class="lead">{WebUtility.HtmlEncode(lead)}</p>
        {body}</body>
        </html>

        """;
}
