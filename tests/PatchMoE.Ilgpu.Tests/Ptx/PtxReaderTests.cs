using PatchMoE.GpuBench.Ptx;

namespace PatchMoE.Ilgpu.Tests.Ptx;

/// <summary>The reader of PTX on texts that can be counted by hand.</summary>
public class PtxReaderTests
{
    [Test]
    public void Instructions_HaveWhatTheyReadAndWrite()
    {
        var load = PtxInstruction.Parse("ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd5+16]");
        var store = PtxInstruction.Parse("@!%p2 st.shared.f32 [%rd1], %f7");
        var jump = PtxInstruction.Parse("@%p1 bra L_7");
        Assert.Multiple(() =>
        {
            Assert.That(load.Writes, Is.EqualTo(new[] { "%f1", "%f2", "%f3", "%f4" }));
            Assert.That(load.Reads, Is.EqualTo(new[] { "%rd5" }));
            Assert.That((load.Width, load.Accesses("ld", "global")), Is.EqualTo((4, true)));
            Assert.That((store.Writes.Count, string.Join(' ', store.Reads), store.Guarded), Is.EqualTo((0, "%rd1 %f7 %p2", true)));
            Assert.That((jump.Target, jump.EndsFlow), Is.EqualTo(("L_7", false)));
            Assert.That(PtxInstruction.Parse("mov.b32 %r1, %tid.x").Reads, Is.Empty, "a special register");
        });
    }

    /// <summary>%f1, %f2 and %f3 at once; the pointers are parameters, and %f9 is a constant.</summary>
    [Test]
    public void AValue_NeedsARegister_UntilItIsReadTheLastTime() => Assert.That(Registers("""
        ld.param.b64 %rd9, [_a];
        cvta.to.global.u64 %rd1, %rd9;
        mov.f32 %f9, 0f3F800000;
        ld.global.f32 %f1, [%rd1];
        ld.global.f32 %f2, [%rd1+4];
        ld.global.f32 %f3, [%rd1+8];
        add.f32 %f4, %f1, %f2;
        add.f32 %f5, %f4, %f3;
        add.f32 %f6, %f5, %f9;
        st.global.f32 [%rd1], %f6;
        ret;
        """), Is.EqualTo(3));

    [Test]
    public void A64BitValue_NeedsTwo_AndAPredicateNone() => Assert.That(Registers("""
        mov.b32 %r1, %tid.x;
        cvt.s64.s32 %rd1, %r1;
        setp.gt.s32 %p1, %r1, 5;
        @%p1 st.global.b64 [%rd1], %rd1;
        ret;
        """), Is.EqualTo(3), "%r1 beside %rd1");

    /// <summary>%f1 and the counter are needed through the whole loop, although the text has no use of %f1 behind the jump.</summary>
    [Test]
    public void AValueOfALoop_IsNeededUntilItEnds() => Assert.That(Registers("""
        mov.b32 %r1, %tid.x;
        cvt.rn.f32.s32 %f1, %r1;
        L_1:
        add.f32 %f2, %f1, %f1;
        mul.f32 %f3, %f2, %f2;
        mov.f32 %f1, %f3;
        add.s32 %r1, %r1, 1;
        setp.lt.s32 %p1, %r1, 9;
        @%p1 bra L_1;
        ret;
        """), Is.EqualTo(2));

    /// <summary>If the guard is false, %f1 keeps what it was: so that is needed, beside %f2, %r1 and the two halves of %rd1.</summary>
    [Test]
    public void AGuardedResult_KeepsTheOldValueAlive() => Assert.That(
        (Registers(Choice("@%p1 mov.f32 %f1, %f2;")), Registers(Choice("mov.f32 %f1, %f2;"))), Is.EqualTo((5, 4)));

    [Test]
    public void MemoryAndLoops_AreCounted()
    {
        KernelFacts facts = KernelFacts.Of(Kernel(
            """
            mov.b32 %r1, %tid.x;
            L_1:
            ld.global.f32 %f1, [%rd1];
            mul.f32 %f2, %f1, %f1;
            add.f32 %f3, %f2, %f1;
            L_2:
            ld.global.v4.f32 {%f4, %f5, %f6, %f7}, [%rd1];
            ld.shared.v4.f32 {%f14, %f15, %f16, %f17}, [%rd2];
            mul.f32 %f8, %f4, %f14;
            add.f32 %f9, %f8, %f9;
            fma.rn.f32 %f9, %f5, %f15, %f9;
            setp.lt.s32 %p1, %r1, 9;
            @%p1 bra L_2;
            @%p2 bra L_1;
            st.global.v4.f32 [%rd1], {%f9, %f9, %f9, %f9};
            ret;
            """,
            ".shared .align 4 .b8 __a[100];\n.shared .align 8 .b8 __b[24];"));
        Assert.Multiple(() =>
        {
            Assert.That(facts.Loop, Is.EqualTo(new LoopWork(MultiplyAdds: 2, GlobalValues: 4, GlobalLoads: 1, SharedValues: 4, SharedLoads: 1)), "the inner loop alone");
            Assert.That(facts.Loads, Is.EqualTo(new Dictionary<int, int> { [4] = 1, [1] = 1 }));
            Assert.That(facts.Stores, Is.EqualTo(new Dictionary<int, int> { [4] = 1 }));
            Assert.That((facts.SharedBytes, facts.UsesLocalMemory), Is.EqualTo((124, false)));
            Assert.That(KernelFacts.Of(Kernel("ret;", ".local .align 4 .b8 __c[16];")).UsesLocalMemory);
        });
    }

    [TestCase("@%p1 bra L_9;\nret;", "L_9")]
    [TestCase("1234;\nret;", "1234")]
    public void WhatIsNoPtx_IsAnError(string body, string named) => Assert.That(() => KernelFacts.Of(Kernel(body)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(named));

    /// <summary>As NVIDIA's tables of compute capabilities 8.0 and 9.0 give it.</summary>
    [TestCase(32, 0, 256, 1, 1)]
    [TestCase(33, 0, 256, 0.75, 0.75)]
    [TestCase(64, 0, 256, 0.5, 0.5)]
    [TestCase(255, 0, 256, 0.125, 0.125)]
    [TestCase(32, 47 << 10, 256, 0.375, 0.5)]
    [TestCase(16, 0, 32, 0.5, 0.5)]
    public void Occupancy_IsLimitedByRegistersSharedMemoryAndGroups(int registers, int sharedBytes, int threads, double a100, double h100) => Assert.That(
        (Chip.A100.Occupancy(registers, sharedBytes, threads), Chip.H100.Occupancy(registers, sharedBytes, threads)), Is.EqualTo((a100, h100)));

    private static int Registers(string body) => Liveness.Registers(PtxKernel.Parse(Kernel(body)));

    private static string Choice(string middle) => $"""
        mov.b32 %r1, %tid.x;
        cvt.rn.f32.s32 %f1, %r1;
        cvt.rn.f32.s32 %f2, %r1;
        setp.gt.s32 %p1, %r1, 5;
        {middle}
        add.f32 %f3, %f1, %f2;
        st.global.f32 [%rd1], %f3;
        ret;
        """;

    private static string Kernel(string body, string declarations = "") =>
        $".version 8.0\n.target sm_80\n.visible .entry Kernel(\n\t.param .b64 _a\n)\n{{\n{declarations}\n\t.reg .f32 %f<9>;\n{body}\n}}\n";
}
