namespace PatchMoE.Onnx.Layers;

/// <summary>Matrices as row-major values.</summary>
internal static class Matrix
{
    /// <summary>Each of several matrices [rows, columns], transposed.</summary>
    /// <param name="values">[count, rows, columns].</param>
    /// <param name="count">The number of matrices.</param>
    /// <param name="rows">The number of rows of each.</param>
    /// <param name="columns">The number of columns of each.</param>
    /// <returns>[count, columns, rows].</returns>
    public static float[] TransposedEach(ReadOnlySpan<float> values, int count, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (int one = 0; one < count; one++)
        {
            int start = one * rows * columns;
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    transposed[start + (column * rows) + row] = values[start + (row * columns) + column];
                }
            }
        }

        return transposed;
    }
}
