using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>The copy of the patches that several tiles read, side by side.</summary>
internal sealed partial class OuterTiles
{
    /// <summary>The copy of a block's patches: the columns of a column block.</summary>
    private void WritePack(SourceWriter writer)
    {
        var doc = new KernelDoc(
            $"packed[q, {I - From}] = x_q[i]",
            $"q patch of the list, i value {(_hasColumnBlocks ? "from…to−1" : $"0…{_sum.Dimension - 1}")}",
            $"packed [{GradientPlan.BlockRows}, {_plan.Pitch}]",
            string.Empty,
            0,
            8L * _plan.ColumnBlock) { Per = $"patch, for {_plan.ColumnBlock} values" };
        writer.Kernel(Pack, doc, () =>
        {
            string width = $"{To - From}";
            if (_sum.Image is null && _hasColumnBlocks)
            {
                writer.Lines($"int width = {To - From};");
                width = "width";
            }

            writer.Lines("ref float copy = ref packed;");
            using (writer.Block("for (int t = 0; t < rows; t++)"))
            {
                Expression patch = (Place)"list" + (T * _plan.EntryLength);
                writer.Lines($"ref float row = ref {(Place)"x" + (_sum.Image is null ? patch + From : patch)};");
                if (_sum.Image is { } image)
                {
                    WritePixels(writer, image);
                }
                else
                {
                    PatchPlaces.WriteCopy(writer, "row", "copy", width);
                }

                writer.Lines($"copy = ref Add(ref copy, {_plan.Pitch});");
            }
        });
    }

    private void WritePixels(SourceWriter writer, ImagePatches image)
    {
        using (writer.Block($"for (int column = {From}; column < {To};)"))
        {
            Expression column = "column";
            writer.Lines($"""
                int at = {column % image.Length};
                int count = Math.Min({To - column}, {image.Length} - at);
                Values.Copy(ref {(Place)"row" + ((column / image.Length * image.Step) + "at")}, ref {(Place)"copy" + (column - From)}, count);
                column += count;
                """);
        }
    }
}
