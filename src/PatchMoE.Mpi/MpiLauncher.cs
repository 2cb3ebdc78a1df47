using System.Globalization;

namespace PatchMoE.Mpi;

/// <summary>What the program that started this process says of its part in an MPI job: <c>mpirun</c> of Open MPI or MPICH, or Slurm's <c>srun</c> with PMIx or PMI.</summary>
public sealed class MpiLauncher
{
    // In the order in which they are asked: who knows more comes first.
    private static readonly string[] s_sizes = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"];
    private static readonly string[] s_localSizes = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_TASKS_PER_NODE"];
    private static readonly string[] s_openMpi = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"];
    private static readonly string[] s_mpich = ["PMI_RANK", "PMI_SIZE"];

    private MpiLauncher(int processes, int localProcesses, bool isOpenMpi) => (Processes, LocalProcesses, IsOpenMpi) = (processes, localProcesses, isOpenMpi);

    /// <summary>The number of processes it started, ≥ 1.</summary>
    public int Processes { get; }

    /// <summary>How many of them are on this machine, ≥ 1.</summary>
    public int LocalProcesses { get; }

    /// <summary>Whether Open MPI's library is to be tried first.</summary>
    internal bool IsOpenMpi { get; }

    /// <summary>Reads the environment of this process; null if it was not started as a part of an MPI job.</summary>
    public static MpiLauncher? Find() => Find(Environment.GetEnvironmentVariable);

    /// <summary>Reads an environment.</summary>
    /// <param name="variable">The value of a variable; null if it is not set.</param>
    internal static MpiLauncher? Find(Func<string, string?> variable)
    {
        bool isOpenMpi = s_openMpi.Any(name => variable(name) is not null);
        if (!isOpenMpi && !s_mpich.All(name => variable(name) is not null))
        {
            return null;
        }

        int processes = First(s_sizes, variable) ?? 1;
        return new MpiLauncher(processes, Math.Min(First(s_localSizes, variable) ?? 1, processes), isOpenMpi);
    }

    /// <summary>The first number among variables. Slurm writes <c>2(x3),1</c> for three nodes with two tasks and one with one: the most crowded node counts.</summary>
    private static int? First(IEnumerable<string> names, Func<string, string?> variable) => names
        .Select(variable)
        .OfType<string>()
        .Select(text => text.Split(',').Max(part => int.TryParse(part.Split('(')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0))
        .Where(number => number > 0)
        .Select(number => (int?)number)
        .FirstOrDefault();
}
