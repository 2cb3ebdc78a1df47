// What blocks marked <!-- prelude: onnx --> take for granted.
global using Microsoft.ML.OnnxRuntime;
global using static Given;

static class Given
{
    public static readonly long batch = 4;
    public static readonly float[] samples = new float[4 * 112 * 112];
}
