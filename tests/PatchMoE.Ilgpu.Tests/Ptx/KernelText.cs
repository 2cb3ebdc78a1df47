using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using PatchMoE.Ilgpu.Tests.Engine;

namespace PatchMoE.Ilgpu.Tests.Ptx;

/// <summary>What ILGPU compiles a kernel to; no device is needed.</summary>
/// <param name="Name">The kernel, as in <c>Layer0.Route</c>.</param>
/// <param name="Text">Its PTX or OpenCL C.</param>
internal sealed record KernelText(string Name, string Text)
{
    private static readonly Regex s_shared = new(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]", RegexOptions.CultureInvariant);

    private static readonly Dictionary<(string Model, CudaArchitecture Architecture), IReadOnlyList<KernelText>> s_known = [];

    /// <summary>Bytes of static shared memory.</summary>
    public int SharedBytes => s_shared.Matches(Text).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>How often an instruction occurs.</summary>
    public int Count(string instruction) => Regex.Count(Text, Regex.Escape(instruction) + @"[\s.]", RegexOptions.CultureInvariant);

    /// <summary>All kernels of a spec as PTX for an architecture; compiled once for all tests.</summary>
    public static IReadOnlyList<KernelText> Ptx(PatchMoESpec spec, CudaArchitecture architecture)
    {
        if (s_known.TryGetValue((SpecWriter.ModelToJson(spec), architecture), out IReadOnlyList<KernelText>? known))
        {
            return known;
        }

        using Context context = NewContext();
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, nvvmAPI: null);
        return s_known[(SpecWriter.ModelToJson(spec), architecture)] = Compile(spec, backend, kernel => ((PTXCompiledKernel)kernel).PTXAssembly);
    }

    /// <summary>All kernels of a spec as OpenCL C for a device with generic pointers and nothing else that is optional.</summary>
    public static IReadOnlyList<KernelText> OpenCL(PatchMoESpec spec)
    {
        using Context context = NewContext();
        var capabilities = new CLCapabilityContext(false, false, false, false, true);
        using var backend = new CLBackend(context, capabilities, CLDeviceVendor.Other, CLCVersion.CL20);
        return Compile(spec, backend, kernel => ((CLCompiledKernel)kernel).Source);
    }

    private static Context NewContext() => Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));

    private static IReadOnlyList<KernelText> Compile(PatchMoESpec spec, Backend backend, Func<CompiledKernel, string> text)
    {
        IPatchMoEModel model = Networks.Compile(spec);
        return
        [
            .. Kernels(model).Select(kernel => new KernelText(
                $"{kernel.DeclaringType!.Name}.{kernel.Name}", text(backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)))),
        ];
    }

    /// <summary>The methods that are kernels: all internal ones of the static classes next to the passes.</summary>
    private static IEnumerable<MethodInfo> Kernels(IPatchMoEModel model) => model.GetType().Assembly.GetTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Namespace?.EndsWith(".Gpu", StringComparison.Ordinal) == true)
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(method => method.IsAssembly);
}
