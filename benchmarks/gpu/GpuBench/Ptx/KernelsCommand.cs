using System.CommandLine;
using ILGPU.Runtime.Cuda;
using PatchMoE.GpuBench.Launches;
using PatchMoE.Ilgpu;
using PatchMoE.Ilgpu.Tests.Ptx;

namespace PatchMoE.GpuBench.Ptx;

/// <summary><c>GpuBench kernels</c>: what the kernels compile to, without a device; and how often each is launched.</summary>
internal sealed class KernelsCommand
{
    private static readonly CudaArchitecture[] s_architectures = [CudaArchitecture.SM_80, CudaArchitecture.SM_90];

    private readonly Option<string?> _ptx = new("--ptx") { Description = "A folder for the PTX of each kernel." };
    private readonly Option<string?> _docs = new("--docs") { Description = "A document of Markdown whose tables of kernels and launches are replaced." };
    private readonly Argument<string[]> _shapes = new("SPEC=BATCH") { Description = "A spec and the samples of a batch, as in specs/wide.json=4096.", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var kernels = new KernelsCommand();
        var command = new Command("kernels", "Read what the kernels compile to: registers, memory, loads, occupancy, launches.") { kernels._ptx, kernels._docs, kernels._shapes };
        command.SetAction(kernels.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        var rows = new List<KernelRow>();
        var launches = new List<(string Name, int Batch, ShapeLaunches Launches)>();
        foreach ((string path, int batch) in parsed.GetRequiredValue(_shapes).Select(SpecBatch.Parse))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            PatchMoESpec spec = SpecBatch.Read(path);
            ShapeLaunches queued = ShapeLaunches.Of(spec, batch);
            launches.Add((name, batch, queued));
            ResultLine.Write(new { name, batch, forward = Names(queued.Forward), step = Names(queued.Step) });
            foreach (KernelRow row in Rows(name, batch, spec, queued, parsed.GetValue(_ptx)))
            {
                rows.Add(row);
                ResultLine.Write(row);
            }
        }

        if (parsed.GetValue(_docs) is { } document)
        {
            KernelTables.Replace(document, rows, launches);
        }

        return 0;
    }

    /// <summary>A row for each kernel that a step launches, on each architecture.</summary>
    private static IEnumerable<KernelRow> Rows(string name, int batch, PatchMoESpec spec, ShapeLaunches queued, string? folder)
    {
        IReadOnlyDictionary<string, KernelWork> works = KernelWork.Of(spec, batch);
        Dictionary<string, Queued> launched = queued.Forward.Concat(queued.Step).Where(launch => launch is { IsKernel: true, Threads: > 0 }).DistinctBy(launch => launch.Name).ToDictionary(launch => launch.Name);
        foreach (CudaArchitecture architecture in s_architectures)
        {
            foreach (KernelText text in KernelText.Ptx(spec, architecture))
            {
                if (folder is not null)
                {
                    Directory.CreateDirectory(folder);
                    File.WriteAllText(Path.Combine(folder, $"{name}.{text.Name}.{architecture}.ptx"), text.Text);
                }

                // The gradient of the input is launched only where a table of tokens learns.
                Queued? launch = launched.TryGetValue(text.Name, out Queued found) ? found : null;
                KernelFacts facts = KernelFacts.Of(text.Text);
                Chip chip = architecture == CudaArchitecture.SM_80 ? Chip.A100 : Chip.H100;
                yield return new KernelRow(
                    name,
                    batch,
                    text.Name,
                    architecture.ToString(),
                    launch?.Groups,
                    launch?.Threads,
                    facts.Registers,
                    facts,
                    launch is { } known ? chip.Occupancy(facts.Registers, facts.SharedBytes, known.Threads) : null,
                    works.GetValueOrDefault(text.Name));
            }
        }
    }

    private static string[] Names(IEnumerable<Queued> queued) => [.. queued.Select(one => one.Name)];
}
