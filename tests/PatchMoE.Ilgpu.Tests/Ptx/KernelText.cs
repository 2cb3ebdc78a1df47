using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using PatchMoE.Compiler;

namespace PatchMoE.Ilgpu.Tests.Ptx;

/// <summary>What ILGPU makes of a kernel for NVIDIA's GPUs; no device is needed for it.</summary>
/// <param name="Name">The kernel, as in <c>Layer0.Route</c>.</param>
/// <param name="Text">Its PTX.</param>
internal sealed record KernelText(string Name, string Text)
{
    private static readonly Regex s_shared = new(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]", RegexOptions.CultureInvariant);

    /// <summary>Bytes of static shared memory.</summary>
    public int SharedBytes => s_shared.Matches(Text).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>How often an instruction occurs.</summary>
    public int Count(string instruction) => Regex.Count(Text, Regex.Escape(instruction) + @"[\s.]", RegexOptions.CultureInvariant);

    /// <summary>All kernels of a spec for an architecture.</summary>
    public static IReadOnlyList<KernelText> Of(PatchMoESpec spec, CudaArchitecture architecture)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, cache: null, typeof(IIlgpuModel).Assembly, typeof(Context).Assembly, typeof(XMath).Assembly);
        using Context context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, nvvmAPI: null);
        return
        [
            .. Kernels(model).Select(kernel => new KernelText(
                $"{kernel.DeclaringType!.Name}.{kernel.Name}",
                ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly)),
        ];
    }

    /// <summary>The methods that are kernels: all internal ones of the static classes beside the passes.</summary>
    private static IEnumerable<MethodInfo> Kernels(IPatchMoEModel model) => model.GetType().Assembly.GetTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Namespace!.StartsWith("PatchMoE.Ilgpu.Emitted", StringComparison.Ordinal))
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(method => method.IsAssembly);
}
