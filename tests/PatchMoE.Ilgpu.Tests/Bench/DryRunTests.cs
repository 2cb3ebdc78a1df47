using System.Text.Json.Nodes;

namespace PatchMoE.Ilgpu.Tests.Bench;

/// <summary>The one command for a machine with a GPU, with tiny sizes on what every machine has.</summary>
public class DryRunTests
{
    private static readonly string[] s_own = ["machine", "parity golden", "parity optimizers", "parity random", "timing emitted", "training"];

    [Test]
    public void CpuAccelerator_RunsEverything_AndSaysWhatItHasNot()
    {
        var run = GpuRun.Dry("--device", "cpu");
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero);
            Assert.That(s_own.Select(run.Outcome), Is.All.EqualTo(("done", (string?)null)));
            Assert.That(run.Outcome("timing torch eager"), Is.EqualTo(("not run", "no torch: this Python has no PyTorch")));
            Assert.That(run.Outcome("timing processor"), Is.EqualTo(("done", "no torch: this Python has no PyTorch, so nothing is compared")));
            foreach ((string part, string tool) in new[] { ("sanitizer memcheck", "compute-sanitizer"), ("profile", "ncu") })
            {
                Assert.That(run.Outcome(part).State, Is.EqualTo("not run"), tool);
            }

            Assert.That((bool)run.Results["parityHeld"]!);
            Assert.That(run.Report, Does.Contain("parity held").And.Contain("| timing torch eager | not run: no torch"));
            Assert.That(run.Report, Does.Match(@"\| short \| 1 \| step \| \d+\.\d+ \|"), "a time");
            Assert.That(run.Report, Does.Match(@"\| short \| 1 \| 1 \| step \| \d+\.\d+ \| \d+ % \|"), "a time of the processor");
        });
        foreach (JsonNode? check in s_own.Where(part => part.StartsWith("parity", StringComparison.Ordinal)).SelectMany(part => run.Results["parts"]![part]!["results"]!.AsArray()))
        {
            Assert.That((double)check!["worst"]!, Is.GreaterThan(0).And.LessThan(1), "float32 is not float64, but within what is allowed");
        }
    }

    [Test]
    public void OpenCl_ChecksGoldenCases()
    {
        _ = TestDevices.OpenCl();
        var run = GpuRun.Dry("--device", "opencl:0", "--only", "parity golden", "timing torch eager");
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.Zero);
            Assert.That(run.Outcome("parity golden").State, Is.EqualTo("done"));
            Assert.That(run.Outcome("timing torch eager").State, Is.EqualTo("not run"));
        });
    }

    /// <summary>Without golden cases parity is not shown; the parts behind run all the same.</summary>
    [Test]
    public void AFailingPart_StopsNoOther_AndFailsTheRun()
    {
        var run = GpuRun.Dry("--device", "cpu", "--golden", "nowhere", "--only", "parity golden", "profile");
        Assert.Multiple(() =>
        {
            Assert.That(run.Code, Is.EqualTo(1));
            Assert.That(run.Outcome("parity golden").State, Is.EqualTo("failed"));
            Assert.That(run.Outcome("parity golden").Why, Does.Contain("nowhere"));
            Assert.That(run.Outcome("profile").State, Is.EqualTo("not run"));
            Assert.That(run.Report, Does.Contain("did not hold, or was not shown"));
        });
    }
}
