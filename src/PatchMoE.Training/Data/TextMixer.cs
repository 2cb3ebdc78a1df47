using System.Text;
using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>Puts sentences of other texts at random places of texts: noise that says nothing about the class.</summary>
/// <param name="reader">What finds sentences.</param>
/// <param name="source">The training texts, whose sentences are drawn, all with the same probability.</param>
/// <param name="count">k, the sentences for each text.</param>
/// <param name="seed">The seed.</param>
internal sealed class TextMixer(ITextReader reader, List<LabelledText> source, int count, ulong seed)
{
    /// <summary>For each sentence: the section, the place in it, and which sentence.</summary>
    private const ulong Draws = 3;

    private readonly string[] _sentences = [.. source.SelectMany(text => reader.Sentences(text.Document))];

    /// <summary>The texts with k sentences more in each, which stand as paragraphs of their own before, between and behind the text's.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="stream">The name of the draws.</param>
    public List<LabelledText> Mix(List<LabelledText> texts, string stream)
    {
        var random = CounterRandom.ForName(seed, stream);
        return _sentences.Length == 0 ? texts : [.. texts.Select((text, i) => text with { Document = Mix(text.Document, random, (ulong)i * (ulong)count * Draws) })];
    }

    private TextDocument Mix(TextDocument document, CounterRandom random, ulong draw)
    {
        var sections = document.Sections.Select(section => (section.Heading, Parts: Paragraphs(section.Body))).ToList();
        if (sections.Count == 0)
        {
            sections.Add((string.Empty, []));
        }

        for (int i = 0; i < count; i++, draw += Draws)
        {
            List<string> parts = sections[random.Integer(draw, sections.Count)].Parts;
            parts.Insert(random.Integer(draw + 1, parts.Count + 1), _sentences[random.Integer(draw + 2, _sentences.Length)]);
        }

        return document with { Sections = [.. sections.Select(section => new TextSection(section.Heading, string.Join("\n\n", section.Parts)))] };
    }

    private static List<string> Paragraphs(string body)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        foreach (ReadOnlySpan<char> line in body.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                part.Append(line).Append('\n');
            }
            else if (part.Length > 0)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
        }

        if (part.Length > 0)
        {
            parts.Add(part.ToString());
        }

        return parts;
    }
}
