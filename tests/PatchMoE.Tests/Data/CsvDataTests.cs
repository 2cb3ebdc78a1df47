namespace PatchMoE.Tests;

/// <summary>Tables become training and test samples.</summary>
[TestFixture]
public sealed class CsvDataTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("label,a,b\n1,0.5,0.25\n0,0.1,0.2\n", "label")]
    [TestCase("a;b;label\r\n0.5;0.25;1\r\n0.1;0.2;0\r\n", "2")]
    [TestCase("a\tlabel\tb\n0.5\t1\t0.25\n\n0.1\t0\t0.2", "label")]
    [TestCase("1,0.5,0.25\n0,0.1,0.2\n", "0")]
    [TestCase("sep=;\na;b;label\n0.5;0.25;1\n0.1;0.2;0\n", "label")]
    [TestCase("\"label\", a , b\n\"1\",0.5,\"0.25\"\n0,1e-1,0.2\n", "label")]
    public void HeadersAndDelimitersAreRecognised(string text, string label)
    {
        CsvTable table = Read(text, label);
        Assert.That((table.Values, table.Labels), Is.EqualTo((new[] { 0.5f, 0.25f, 0.1f, 0.2f }, new[] { "1", "0" })).Using<float[]>((a, b) => a.SequenceEqual(b)));
    }

    /// <summary>Longer than the reader's first buffer, and the only row.</summary>
    [Test]
    public void ARowMayBeLong()
    {
        float[] values = [.. Enumerable.Range(1, 12_000).Select(i => i / 8f)];
        CsvTable table = Read("7," + string.Join(',', values.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture))), "0");
        Assert.That((table.Labels.Single(), table.Values.SequenceEqual(values)), Is.EqualTo(("7", true)));
    }

    /// <summary>Room for cells is made again as a row is read; in all it must stay in proportion to the row.</summary>
    [Test]
    public void ARowOfEmptyCellsTakesLittleMemory()
    {
        string path = _folder.File("x.csv");
        File.WriteAllText(path, new string('x', 400) + "\r" + new string('|', 1_000_000) + "\r\ra");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => CsvTable.Read(path, "label"), Throws.TypeOf<BadInputException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(128 << 20));
    }

    [TestCase("", "x", "the table is empty")]
    [TestCase("a,b\n1,2\n", "c", "there is no column 'c'. Set data.label to one of a, b, or to a number from 0 to 1")]
    [TestCase("a,b\n1,2\n3\n", "a", "row 3 has 1 cells, but the first row has 2")]
    [TestCase("a,b\n1,x\n", "a", "row 2 holds 'x' in the column 'b', which is no finite number")]
    [TestCase("a,b\n1,NaN\n", "a", "row 2 holds 'NaN' in the column 'b', which is no finite number")]
    [TestCase("a,b\n,2\n", "a", "row 2 has no class")]
    [TestCase("a,b\n1,2\n\"3,4\n5,6\n", "a", "row 3 is not valid CSV: a cell begins with a quote, but has none at its end. Close it, and double the quotes within it, or save the table again.")]
    [TestCase("a,b\n\"1\"2,3\n", "a", "row 2 is not valid CSV: a cell goes on behind its closing quote. Double the quotes within a cell in quotes, or save the table again.")]
    [TestCase("a,b\n1\",\"2\n3,4\n", "a", "row 2 is not valid CSV: a cell begins with a quote, but has none at its end")]
    [TestCase("a,b\n1\",\"2\"\"\"3\n", "a", "row 2 is not valid CSV: a cell goes on behind its closing quote")]
    public void WhatIsWrongIsSaid(string text, string label, string message) =>
        Assert.That(() => Read(text, label), Throws.TypeOf<BadInputException>().With.Message.Contains(message));

    [TestCase("10,9,-1", "-1 9 10")]
    [TestCase("setosa,virginica,Setosa", "Setosa setosa virginica")]
    public void ClassesAreOrdered(string labels, string expected) => Assert.That(string.Join(' ', CsvData.ClassesOf(labels.Split(','))), Is.EqualTo(expected));

    [Test]
    public void ColumnsAreNormalisedAndRowsSplit()
    {
        File.WriteAllLines(_folder.File("t.csv"), ["kind,a,b", .. Enumerable.Range(0, 20).Select(i => $"{(i % 2 == 0 ? "x" : "y")},{i},{100 * i}")]);
        LoadedData data = Load(new CsvDataSpec("t.csv", null, "kind", 0.2) { Normalize = true });
        float[] first = [.. data.Train.Inputs.ToArray().Where((_, i) => i % 2 == 0)];
        Assert.Multiple(() =>
        {
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((16, 4)));
            Assert.That(data.Metadata.Classes, Is.EqualTo(EquatableArray.Of("x", "y")));
            Assert.That(first.Average(), Is.EqualTo(0).Within(1e-6));
            Assert.That(first.Select(value => value * value).Average(), Is.EqualTo(1).Within(1e-6));
        });
    }

    [Test]
    public void TestTableIsUsed()
    {
        File.WriteAllText(_folder.File("t.csv"), "k,a,b\nx,1,2\ny,3,4\n");
        File.WriteAllText(_folder.File("u.csv"), "k,a,b\ny,5,6\n");
        (Dataset train, Dataset test) = Load(new CsvDataSpec("t.csv", "u.csv", "k", 0.2));
        Assert.That((train.Count, test.Labels.ToArray().Single(), test.Inputs[1]), Is.EqualTo((2, 1, 6f)));
    }

    [Test]
    public void MismatchesWithTheModelAreSaid()
    {
        File.WriteAllText(_folder.File("t.csv"), "k,a,b,c\nx,1,2,3\ny,3,4,5\n");
        File.WriteAllText(_folder.File("u.csv"), "k,a,b\nx,1,2\ny,3,4\nz,5,6\n");
        Assert.Multiple(() =>
        {
            Assert.That(() => Load(new CsvDataSpec("t.csv", null, "k", 0.2)), Throws.TypeOf<BadInputException>().With.Message.Contains("it has 3 columns of numbers besides 'k', but model.input takes 2"));
            Assert.That(() => Load(new CsvDataSpec("u.csv", null, "k", 0.2)), Throws.TypeOf<BadInputException>().With.Message.Contains("the column 'k' holds 3 classes (x, y, z), but the model distinguishes 2"));
            Assert.That(
                () => Load(new CsvDataSpec("u.csv", null, "k", 0.2) { Classes = EquatableArray.Of("x", "y") }),
                Throws.TypeOf<BadInputException>().With.Message.Contains("sample 2 is of the class 'z', which is none of x, y"));
        });
    }

    private CsvTable Read(string text, string label)
    {
        File.WriteAllText(_folder.File("t.csv"), text);
        return CsvTable.Read(_folder.File("t.csv"), label);
    }

    private LoadedData Load(CsvDataSpec data) =>
        DataLoader.Load(Specs.Dense(new VectorsInputSpec(1, 2), 2, data), new LoadOptions { Seed = 1, SpecFolder = _folder.Path });
}
