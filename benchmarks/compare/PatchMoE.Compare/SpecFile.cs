namespace PatchMoE.Compare;

/// <summary>Reads the spec to measure.</summary>
internal static class SpecFile
{
    public static PatchMoESpec Read(string path)
    {
        SpecResult result = SpecReader.Read(File.ReadAllText(path), path);
        return result.Spec ?? throw new BadInputException(string.Join('\n', result.Diagnostics));
    }
}
