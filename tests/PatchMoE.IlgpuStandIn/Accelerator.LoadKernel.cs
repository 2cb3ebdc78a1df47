namespace ILGPU.Runtime;

/// <summary>Loading, once per number of parameters; like ILGPU's, up to 14.</summary>
public sealed partial class Accelerator
{
    public Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(Action<T1> kernel) =>
        (stream, config, p1) => Launch(stream, config, () => kernel(p1));

    public Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(Action<T1, T2> kernel) =>
        (stream, config, p1, p2) => Launch(stream, config, () => kernel(p1, p2));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(Action<T1, T2, T3> kernel) =>
        (stream, config, p1, p2, p3) => Launch(stream, config, () => kernel(p1, p2, p3));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel) =>
        (stream, config, p1, p2, p3, p4) => Launch(stream, config, () => kernel(p1, p2, p3, p4));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel) =>
        (stream, config, p1, p2, p3, p4, p5) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8, p9));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13));

    public Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel) =>
        (stream, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14) => Launch(stream, config, () => kernel(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14));
}
