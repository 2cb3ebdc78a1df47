namespace PatchMoE.Text;

/// <summary>What a segment is to the segment around it.</summary>
public enum TextRole
{
    /// <summary>Neither of the others.</summary>
    Middle,

    /// <summary>The first of the text, apart from title and heading; also if it is the only one.</summary>
    First,

    /// <summary>The last of several.</summary>
    Last,

    /// <summary>The title of the document, or a part of it.</summary>
    Title,

    /// <summary>The heading of a section, or a part of it.</summary>
    Heading,
}
