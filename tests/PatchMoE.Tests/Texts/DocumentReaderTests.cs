using System.Text;
using PatchMoE.Documents;

namespace PatchMoE.Tests.Texts;

[TestFixture]
public sealed class DocumentReaderTests
{
    [Test]
    public void Markdown_HasSections()
    {
        TextDocument document = DocumentReader.Default.Parse("# The title\n\nBefore *all*.\n\n## One\n\nFirst `code`\nline.\n\nSecond.\n\n### Two\n\n* a\n* b\n", TextFormat.Markdown);
        Assert.That(document.Title, Is.EqualTo("The title"));
        Assert.That(Sections(document), Is.EqualTo(new[] { "|Before all.", "One|First code line.¶Second.", "Two|a¶b" }));
    }

    [Test]
    public void Html_HasTextWithoutScripts()
    {
        const string page = "<html><head><title>Page &amp; title</title><style>p{}</style></head><body><h1>Head</h1><p>One<br>two&nbsp;<b>three</b></p><script>x()</script>"
            + "<table><tr><td>a</td><td>b</td></tr></table><div>last</div><pre>  kept\n  lines</pre>";
        TextDocument document = DocumentReader.Default.Parse(page, TextFormat.Html);
        Assert.That(document.Title, Is.EqualTo("Page & title"));
        Assert.That(Sections(document), Is.EqualTo(new[] { "Head|One\ntwo three¶a b¶last¶kept\n  lines" }));
    }

    /// <summary>Neither the stack nor the time grows with the depth: the thread has little of both.</summary>
    [TestCase("<div>")]
    [TestCase("<span>")]
    [TestCase("<ul><li>")]
    public void DeepPage_IsWhatStandsBetweenItsTags(string tags)
    {
        string page = "<html><body>one" + string.Concat(Enumerable.Repeat(tags, 100_000)) + "two<b";
        TextDocument? document = null;
        var thread = new Thread(() => document = DocumentReader.Default.Parse(page, TextFormat.Html), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.That(Sections(document!), Is.EqualTo(new[] { "|one two" }));
    }

    /// <summary>As deep as browsers allow.</summary>
    [Test]
    public void PageOfManyLevels_KeepsItsParts()
    {
        TextDocument document = DocumentReader.Default.Parse(string.Concat(Enumerable.Repeat("<div>", 500)) + "<h2>Head</h2>one<p>two", TextFormat.Html);
        Assert.That(Sections(document), Is.EqualTo(new[] { "Head|one¶two" }));
    }

    [Test]
    public void PlainMail_IsDecoded()
    {
        string mail = Mail("Subject: =?iso-8859-1?Q?Gr=FC=DFe?=", "Content-Type: text/plain; charset=iso-8859-1", "Content-Transfer-Encoding: quoted-printable", "", "sch=F6n=\n er Tag");
        TextDocument document = DocumentReader.Default.Parse(mail, TextFormat.Mail);
        Assert.That((document.Title, document.Sections[0].Body.Trim()), Is.EqualTo(("Grüße", "schön er Tag")));
    }

    [Test]
    public void MultipartMail_GivesItsPlainText()
    {
        string mail = Mail(
            "Subject: two parts", "MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=B", "", "--B", "Content-Type: text/plain", "", "plain words", "--B",
            "Content-Type: text/html", "", "<p>html words</p>", "--B--");
        Assert.That(DocumentReader.Default.Parse(mail, TextFormat.Mail).Sections[0].Body.Trim(), Is.EqualTo("plain words"));
    }

    [Test]
    public void HtmlMail_BecomesText()
    {
        string body = Convert.ToBase64String(Encoding.UTF8.GetBytes("<html><title>no</title><body><h2>Sale</h2><p>Buy <i>now</i>!</p></body></html>"));
        string mail = Mail("Subject: offer", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "", body);
        TextDocument document = DocumentReader.Default.Parse(mail, TextFormat.Mail);
        Assert.That(document.Title, Is.EqualTo("offer"));
        Assert.That(Sections(document), Is.EqualTo(new[] { "Sale|Buy now!" }));
    }

    [Test]
    public void PageThatCallsItselfPlainText_BecomesText() => Assert.That(
        Sections(DocumentReader.Default.Parse(Mail("Subject: offer", "Content-Type: text/plain", "", "<HTML><BODY><p>Buy now!</p></BODY></HTML>"), TextFormat.Mail)), Is.EqualTo(new[] { "|Buy now!" }));

    /// <summary>As in the files of many corpora, a line of an mbox comes before the headers.</summary>
    [Test]
    public void MailOfAnMbox_IsRead()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("1.bin");
        File.WriteAllText(path, "From sender@example.org  Thu Aug 22 12:36:23 2002\n" + Mail("Subject: hello", "", "words"));
        TextDocument document = DocumentReader.Default.Read(path, TextFormat.Mail);
        Assert.That((document.Title, document.Sections[0].Body.Trim()), Is.EqualTo(("hello", "words")));
    }

    [TestCase("a.md", TextFormat.Markdown)]
    [TestCase("a.HTM", TextFormat.Html)]
    [TestCase("a.eml", TextFormat.Mail)]
    [TestCase("a.txt", TextFormat.Plain)]
    [TestCase("a", TextFormat.Plain)]
    public void Formats_AreToldByTheName(string name, TextFormat format) => Assert.That(DocumentReader.ByName(name), Is.EqualTo(format));

    [Test]
    public void Sentences_AreThoseOfTheBodies() => Assert.That(
        DocumentReader.Default.Sentences(new TextDocument("Title.", [new TextSection("Heading.", "One. Two?\n\nThree"), new TextSection("", "四。五。")])),
        Is.EqualTo(new[] { "One.", "Two?", "Three", "四。", "五。" }));

    [Test]
    public void Utf16_IsToldByItsMark()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.txt"), "Grüße 日本", Encoding.Unicode);
        Assert.That(DocumentReader.Default.Read(folder.File("a.txt"), TextFormat.Auto).Sections[0].Body, Is.EqualTo("Grüße 日本"));
    }

    private static string Mail(params string[] lines) => string.Join('\n', lines) + "\n";

    private static IEnumerable<string> Sections(TextDocument document) =>
        document.Sections.Select(section => $"{section.Heading}|{string.Join('¶', section.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))}");
}
