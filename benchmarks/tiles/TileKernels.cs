using System.Reflection;
using System.Runtime.Intrinsics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PatchMoE.Gen.Emission;
using PatchMoE.Gen.Emission.Text;
using PatchMoE.Kernels;

namespace PatchMoE.Tiles;

/// <summary>The emitted kernels of some tiles, compiled for this machine's vectors: each passes over all patches and rows that whole tiles cover.</summary>
internal sealed class TileKernels
{
    private readonly Type _sweeps;

    public TileKernels(int values, int patches, int rows, IReadOnlyList<Tile> tiles)
    {
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        var compilation = CSharpCompilation.Create(
            "Tiles",
            [CSharpSyntaxTree.ParseText(Source(values, patches, rows, tiles))],
            platform.Split(Path.PathSeparator).Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        Diagnostic[] errors = [.. compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        if (errors.Length > 0)
        {
            throw new InvalidOperationException($"The emitted tiles do not compile: {errors[0]}");
        }

        Type[] width = Vector512.IsHardwareAccelerated ? [typeof(Simd512), typeof(Vector512<float>)] : [typeof(Simd256), typeof(Vector256<float>)];
        _sweeps = Assembly.Load(image.ToArray()).GetType("Tiles`2")!.MakeGenericType(width);
    }

    public Action<float[], float[], float[]> Sweep(Tile tile) => _sweeps.GetMethod($"Sweep{tile.Name}")!.CreateDelegate<Action<float[], float[], float[]>>();

    private static string Source(int values, int patches, int rows, IReadOnlyList<Tile> tiles)
    {
        var writer = new SourceWriter();
        using (writer.Block("public static class Tiles<S, V> where S : ISimd<V> where V : struct"))
        {
            new DotTiles("Dot", values, PatchStep: 1, RowStep: patches).Write(writer, tiles.Select(tile => (tile.Patches, tile.Rows)));
            foreach (Tile tile in tiles)
            {
                WriteSweep(writer, values, patches, rows, tile);
            }
        }

        string body = writer.ToString();
        return $"{Usings.Of(body)}\n{body}";
    }

    private static void WriteSweep(SourceWriter writer, int values, int patches, int rows, Tile tile)
    {
        string x = string.Join(", ", Enumerable.Range(0, tile.Patches).Select(p => $"ref x[(p + {p}) * {values}]"));
        using (writer.Block($"public static void Sweep{tile.Name}(float[] x, float[] w, float[] products)"))
        {
            using (writer.Block($"for (int p = 0; p <= {patches - tile.Patches}; p += {tile.Patches})"))
            using (writer.Block($"for (int r = 0; r <= {rows - tile.Rows}; r += {tile.Rows})"))
            {
                writer.Lines($"Dot{tile.Name}({x}, ref w[r * {values}], ref products[(r * {patches}) + p]);");
            }
        }
    }
}
