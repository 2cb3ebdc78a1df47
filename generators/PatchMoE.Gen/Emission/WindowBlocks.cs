using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>The blocks of d in which a window's patches pass over weights that the caches cannot hold: each lies within values that follow each other.</summary>
internal static class WindowBlocks
{
    /// <summary>A loop over blocks of values: so many from column on, which lie at behind a patch's first.</summary>
    public static void Write(SourceWriter writer, LayerPlan layer, ValueBlocks blocks, Action<Expression, Expression, Expression> body)
    {
        (int block, int length) = (blocks.Size, blocks.Run);
        Expression Length(Expression column) => blocks.AreEven ? block : Expression.Min(block, length - column);
        if (layer.Access.ExpertImage is not { PixelRows: > 1 } image)
        {
            if (blocks.IsOne)
            {
                using (writer.Block())
                {
                    body(0, length, 0);
                }

                return;
            }

            using (writer.Block($"for (int column = 0; column < {length}; column += {block})"))
            {
                if (!blocks.AreEven)
                {
                    writer.Lines($"int length = {Length("column")};");
                }

                body("column", blocks.AreEven ? block : "length", "column");
            }

            return;
        }

        using (writer.Block($"for (int y = 0; y < {image.PixelRows}; y++)"))
        {
            void Block(Expression i)
            {
                Expression count = blocks.IsOne ? length : Length(i);
                if (count.Value is null)
                {
                    writer.Lines($"int length = {count};");
                    count = "length";
                }

                writer.Lines($"int column = {((Expression)"y" * image.Length) + i};\nint at = {((Expression)"y" * image.Step) + i};");
                body("column", count, "at");
            }

            if (blocks.IsOne)
            {
                Block(0);
                return;
            }

            writer.Block($"for (int i = 0; i < {length}; i += {block})", () => Block(I));
        }
    }
}
