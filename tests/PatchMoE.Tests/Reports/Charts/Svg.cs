using System.Globalization;
using System.Xml.Linq;

namespace PatchMoE.Tests;

/// <summary>Reads pictures.</summary>
internal static class Svg
{
    private static readonly XNamespace s_namespace = "http://www.w3.org/2000/svg";

    public static XElement Parse(string svg) => XDocument.Parse(svg).Root!;

    public static XElement[] All(XElement parent, string element) => [.. parent.Descendants(s_namespace + element)];

    /// <summary>The groups of a class: points, bars, cells.</summary>
    public static XElement[] Groups(XElement parent, string name) => [.. All(parent, "g").Where(group => group.Attribute("class")?.Value == name)];

    /// <summary>What hovering over a group says.</summary>
    public static string Hover(XElement group) => group.Element(s_namespace + "title")!.Value;

    /// <summary>All texts that are drawn.</summary>
    public static string[] Texts(XElement parent) => [.. All(parent, "text").Select(text => text.Value)];

    public static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    /// <summary>The texts that begin or end outside of the picture, with letters as wide as the charts assume.</summary>
    public static string[] Outside(XElement svg) =>
    [
        .. from text in All(svg, "text")
           let size = text.Attribute("font-size") is null ? TextWidth.Size : Number(text, "font-size")
           let width = TextWidth.Of(text.Value, size)
           let x = Number(text, "x")
           let left = text.Attribute("text-anchor")?.Value switch { "end" => x - width, "middle" => x - (width / 2), _ => x }
           where left < 0 || left + width > Number(svg, "width") || Number(text, "y") > Number(svg, "height") || Number(text, "y") < size
           select text.Value,
    ];
}
