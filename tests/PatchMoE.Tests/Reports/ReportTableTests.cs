using System.Text;
using CsvHelper;

namespace PatchMoE.Tests;

public sealed class ReportTableTests
{
    [Test]
    public void Csv_IsQuotedWhereNeeded()
    {
        var table = new ReportTable(new("network"), new("network"), new("a,b"), new("it \"is\""));
        table.Add("plain", "with, comma", "with \"quotes\"", "two\nlines");
        table.Add("", null, true, 3);
        Assert.That(table.ToCsv(), Is.EqualTo("network,network,\"a,b\",\"it \"\"is\"\"\"\r\nplain,\"with, comma\",\"with \"\"quotes\"\"\",\"two\nlines\"\r\n,,true,3\r\n"));
    }

    [Test]
    public void NumbersInCsv_ReadBackToTheSameBits()
    {
        double[] values = [0.1 + 0.2, 1.0 / 3, -1e-300, double.MaxValue, 5e-324, 1e21, 0];
        var table = new ReportTable(new("value", "0.0"), new("single"));
        foreach (double value in values)
        {
            table.Add(value, (float)(1 / (1 + Math.Abs(value))));
        }

        using CsvReader csv = CsvReader.FromText(table.ToCsv());
        foreach (double value in values)
        {
            Assert.That(csv.Read());
            Assert.That(csv.Parse<double>(0), Is.EqualTo(value));
            Assert.That(csv.Parse<float>(1), Is.EqualTo((float)(1 / (1 + Math.Abs(value)))));
        }
    }

    [Test]
    public void AnEmptyTable_IsItsHeader() => Assert.That(new ReportTable(new("a"), new("b")).ToCsv(), Is.EqualTo("a,b\r\n"));

    [Test]
    public void Html_ShowsNumbersInTheirFormat_ToTheRight_AndEscapesTexts()
    {
        var table = new ReportTable(new("<name>"), new("accuracy", "0.000"), new("weights"), new("succeeds"));
        table.Add("a<b> & c", 0.98765, 1234567, true);
        table.Add("b", null, 12, false);
        var html = new StringBuilder();
        table.AppendTo(html, "caption & <more>");

        Assert.That(html.ToString(), Is.EqualTo("""
            <div class="scroll"><table>
            <caption>caption &amp; &lt;more&gt;</caption>
            <thead><tr><th>&lt;name&gt;</th><th class="right">accuracy</th><th class="right">weights</th><th>succeeds</th></tr></thead>
            <tbody>
            <tr><td>a&lt;b&gt; &amp; c</td><td class="right">0.988</td><td class="right">1,234,567</td><td>yes</td></tr>
            <tr><td>b</td><td class="right">–</td><td class="right">12</td><td>no</td></tr>
            </tbody>
            </table></div>

            """));
    }

    [Test]
    public void RowsThatDoNotFit_AreRefused()
    {
        var table = new ReportTable(new("a"), new("b"));
        Assert.That(() => table.Add(1), Throws.ArgumentException.With.Message.Contains("1 cells, the table 2 columns"));
        Assert.That(() => table.Add(1, new Version(1, 0)), Throws.ArgumentException.With.Message.Contains("Version"));
    }
}
