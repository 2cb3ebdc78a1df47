namespace PatchMoE.GeneratorTimes;

/// <summary>What one project took.</summary>
/// <param name="Lines">The lines of the generated files.</param>
/// <param name="First">The generator's first run, with the parsing of what it wrote, in milliseconds.</param>
/// <param name="Edit">Its run after an edit of another class, in milliseconds.</param>
/// <param name="RunAgain">The steps from the plan to the files that this run did not take over.</param>
/// <param name="Compile">The compiler's time for the project with what was generated, in milliseconds.</param>
internal sealed record Times(int Lines, double First, double Edit, int RunAgain, double Compile);
