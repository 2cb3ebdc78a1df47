using System.Text;
using MimeKit;

namespace PatchMoE.Documents;

/// <summary>Mails: the subject, and the text of the body, whatever its encoding and however it is wrapped in MIME.</summary>
internal static class MailReader
{
    /// <summary>Reads a mail.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="stream">The file: a message, or one from an mbox with its line "From ".</param>
    /// <exception cref="BadInputException">It has no headers.</exception>
    public static TextDocument Read(string path, Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        try
        {
            return Read(bytes.ToArray());
        }
        catch (FormatException exception)
        {
            throw new BadInputException($"{path}: this is no mail: {exception.Message} Data of other texts have the format 'plain'.", exception);
        }
    }

    /// <summary>Reads a mail from a table; a text without headers is a body.</summary>
    /// <param name="mail">The mail.</param>
    public static TextDocument Read(string mail)
    {
        try
        {
            return Read(Encoding.UTF8.GetBytes(mail));
        }
        catch (FormatException)
        {
            return TextDocument.Of(mail);
        }
    }

    private static TextDocument Read(byte[] mail)
    {
        using var stream = new MemoryStream(mail);
        bool isMbox = mail.AsSpan().StartsWith("From "u8);
        using MimeMessage message = new MimeParser(stream, isMbox ? MimeFormat.Mbox : MimeFormat.Entity).ParseMessage();
        string subject = message.Subject ?? string.Empty;
        if (message.TextBody is { } text && !string.IsNullOrWhiteSpace(text))
        {
            return IsHtml(text) ? HtmlReader.Read(text) with { Title = subject } : TextDocument.Of(subject, text);
        }

        return message.HtmlBody is { } html ? HtmlReader.Read(html) with { Title = subject } : TextDocument.Of(subject, string.Empty);
    }

    /// <summary>Whether a body that calls itself plain text is a page: much unsolicited mail is.</summary>
    private static bool IsHtml(string text) => text.Contains("<html", StringComparison.OrdinalIgnoreCase) || text.Contains("<body", StringComparison.OrdinalIgnoreCase);
}
