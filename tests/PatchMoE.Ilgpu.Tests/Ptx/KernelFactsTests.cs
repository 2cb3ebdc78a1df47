using ILGPU.Runtime.Cuda;
using PatchMoE.GpuBench.Ptx;
using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Ptx;

/// <summary>What the emitted kernels of a real shape compile to, and what the plan says of them.</summary>
public class KernelFactsTests
{
    private const int MostRegisters = 128;
    private static readonly PatchMoESpec s_spec = Read("mnist-joint");

    [Test]
    public void Kernels_KeepTheirSumsInRegisters()
    {
        Dictionary<string, KernelFacts> kernels = KernelText.Ptx(s_spec, CudaArchitecture.SM_90).ToDictionary(kernel => kernel.Name, kernel => KernelFacts.Of(kernel.Text));
        Assert.Multiple(() =>
        {
            Assert.That(kernels.Values.Select(kernel => kernel.UsesLocalMemory), Is.All.False);
            Assert.That(kernels.Values.Select(kernel => kernel.Registers), Is.All.LessThanOrEqualTo(MostRegisters));
            Assert.That(kernels["Layer0.Route"].Registers, Is.GreaterThanOrEqualTo(4 * 8), "a tile of 4 patches by 8 experts");
            Assert.That(kernels["Layer0.Route"].Loop, Is.EqualTo(new LoopWork(MultiplyAdds: 4 * 4 * 8, GlobalValues: 4 * (4 + 8), GlobalLoads: 4 + 8, SharedValues: 0, SharedLoads: 0)));
            Assert.That(kernels["Layer0.WeightGradient"].Loop!.SharedLoads, Is.GreaterThan(0), "δ comes from shared memory");
        });
    }

    [Test]
    public void WorkOfALaunch_IsThatOfTheCostModel()
    {
        const int batch = 3;
        IReadOnlyDictionary<string, KernelWork> works = KernelWork.Of(s_spec, batch);
        NetworkCost cost = NetworkCost.Of(s_spec.Model);
        Assert.That(works["Layer0.Route"].Flops, Is.EqualTo(cost.Route(batch).Flops));
        Assert.That(works["Head.Logits"].Flops, Is.EqualTo(batch * cost.HeadForward));
    }

    private static PatchMoESpec Read(string name)
    {
        string path = Path.Combine(Repository.Root, "specs", name + ".json");
        return SpecReader.Read(File.ReadAllText(path), path).Spec!;
    }
}
