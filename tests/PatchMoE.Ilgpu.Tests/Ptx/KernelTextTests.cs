using ILGPU.Runtime.Cuda;

namespace PatchMoE.Ilgpu.Tests.Ptx;

/// <summary>What the kernels compile to: registers and shared memory as planned, 128-bit loads, no local memory, no atomics.</summary>
[TestFixture]
public sealed class KernelTextTests
{
    private const int MostSharedBytes = 48 << 10;
    private static readonly string[] s_specs = ["mnist-joint", "mnist-separate", "wide", "text-long"];
    private static readonly string[] s_stacks = ["digits-stack", "vmoe-small"];
    private static readonly string[] s_inner = ["Layer0.Route", "Layer0.ExpertsForward", "Layer0.WeightGradient", "Layer0.InputGradient", "Head.Logits"];

    private static IEnumerable<TestCaseData> Cases() =>
        s_specs.SelectMany(spec => new[] { CudaArchitecture.SM_80, CudaArchitecture.SM_90 }.Select(architecture => new TestCaseData(spec, architecture).SetArgDisplayNames(spec, architecture.ToString())));

    [TestCaseSource(nameof(Cases))]
    public void Kernels_AreWhatThePlanMeans(string name, CudaArchitecture architecture)
    {
        IReadOnlyList<KernelText> kernels = KernelText.Ptx(Spec(name), architecture);
        Assert.That(kernels.Select(kernel => kernel.Name), Is.SupersetOf(s_inner));
        Assert.Multiple(() =>
        {
            CheckAll(kernels);
            foreach (KernelText kernel in kernels.Where(kernel => s_inner.Contains(kernel.Name)))
            {
                Assert.That(kernel.Count("ld.global.v4.f32"), Is.GreaterThan(0), $"{kernel.Name}: loads of 128 bits");
            }

            KernelText gradient = kernels.Single(kernel => kernel.Name == "Layer0.WeightGradient");
            Assert.That((gradient.Count("ld.shared.v4.f32"), gradient.Count("ld.shared.f32")), Is.EqualTo((8, 0)), "δ of 5 to 8 weight rows, for 4 rows x");
            Assert.That(gradient.Count("ld.global.v4.f32"), Is.EqualTo(8), "2 vectors of each of 4 rows x");
            Assert.That(gradient.Count("st.global.v4.f32"), Is.GreaterThan(0), "stores of 128 bits");
        });
    }

    /// <summary>The kernels of maps, windows and token choice, too; of a layer whose rows are multiples of four values, loads are of 128 bits.</summary>
    [TestCaseSource(nameof(s_stacks))]
    public void KernelsOfStacksAndTokenChoice_AreWhatThePlanMeans(string name)
    {
        IReadOnlyList<KernelText> kernels = KernelText.Ptx(Spec(name), CudaArchitecture.SM_90);
        bool stack = name == "digits-stack";
        string[] special = stack ? ["Layer1.Fold", "Layer2.Fold", "Layer2.Route"] : ["Layer0.Route", "Layer0.GateBackward", "Layer0.AuxiliarySums", "Layer0.AuxiliaryLosses"];
        string[] wide = stack ? [.. Enumerable.Range(1, 2).SelectMany(layer => new[] { $"Layer{layer}.ExpertsForward", $"Layer{layer}.WeightGradient" })] : [];
        Assert.That(kernels.Select(kernel => kernel.Name), Is.SupersetOf(special.Concat(wide)));
        Assert.Multiple(() =>
        {
            CheckAll(kernels);
            foreach (KernelText kernel in kernels.Where(kernel => wide.Contains(kernel.Name)))
            {
                Assert.That(kernel.Count("ld.global.v4.f32"), Is.GreaterThan(0), $"{kernel.Name}: loads of 128 bits");
            }
        });
    }

    /// <summary>A tile of P × R sums loads P + R vectors; if ILGPU splits one, its alignment was lost on the way.</summary>
    [TestCase("mnist-joint", 4 + 8, 6 + 5, 34816, 32640)]
    [TestCase("wide", 4 + 8, 4 + 8, 36864, 34816)]
    public void Tiles_AreLoadedByVectors(string name, int scoreLoads, int convolutionLoads, int scoreBytes, int convolutionBytes)
    {
        IReadOnlyList<KernelText> kernels = KernelText.Ptx(Spec(name), CudaArchitecture.SM_90);
        KernelText route = kernels.Single(kernel => kernel.Name == "Layer0.Route");
        KernelText convolution = kernels.Single(kernel => kernel.Name == "Layer0.ExpertsForward");
        Assert.Multiple(() =>
        {
            Assert.That(route.Count("ld.global.v4.f32"), Is.EqualTo(scoreLoads));
            Assert.That(convolution.Count("ld.global.v4.f32"), Is.EqualTo(convolutionLoads));
            Assert.That(route.SharedBytes, Is.EqualTo(scoreBytes));
            Assert.That(convolution.SharedBytes, Is.EqualTo(convolutionBytes));
        });
    }

    /// <summary>Nothing that an OpenCL device may lack: a kernel needs no atomics, no shuffles and only a fixed amount of shared memory.</summary>
    [TestCaseSource(nameof(s_specs))]
    [TestCaseSource(nameof(s_stacks))]
    public void OpenCLText_AsksForNothingOptional(string name)
    {
        IReadOnlyList<KernelText> kernels = KernelText.OpenCL(Spec(name));
        Assert.That(kernels.Select(kernel => kernel.Name), Is.SupersetOf(s_stacks.Contains(name) ? ["Head.Logits"] : s_inner));
        Assert.Multiple(() =>
        {
            foreach (KernelText kernel in kernels)
            {
                Assert.That(kernel.Text, Does.Contain("__kernel").Or.Contain("kernel void"), kernel.Name);
                Assert.That(kernel.Text, Does.Not.Match("atomic|sub_group|shuffle"), kernel.Name);
            }
        });
    }

    private static void CheckAll(IReadOnlyList<KernelText> kernels)
    {
        foreach (KernelText kernel in kernels)
        {
            Assert.That(kernel.Text, Does.Not.Contain(".local"), $"{kernel.Name}: values that should be registers");
            Assert.That(kernel.Text, Does.Not.Match(@"\b(atom|red)\."), $"{kernel.Name}: atomics");
            Assert.That(kernel.SharedBytes, Is.LessThanOrEqualTo(MostSharedBytes), kernel.Name);
        }
    }

    private static PatchMoESpec Spec(string name)
    {
        string path = Path.Combine(Root(), "specs", name + ".json");
        return SpecReader.Read(File.ReadAllText(path), path).Spec!;
    }

    private static string Root()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "PatchMoE.Gen.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("PatchMoE.Gen.sln is in no folder above the tests.");
    }
}
