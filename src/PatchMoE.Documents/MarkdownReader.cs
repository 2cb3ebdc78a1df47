using Markdig;

namespace PatchMoE.Documents;

/// <summary>Markdown (CommonMark): headings begin sections.</summary>
internal static class MarkdownReader
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseYamlFrontMatter().Build();

    /// <summary>Takes the parts of a text.</summary>
    /// <param name="markdown">The text.</param>
    public static TextDocument Read(string markdown) => HtmlReader.Read(Markdown.ToHtml(markdown, s_pipeline));
}
