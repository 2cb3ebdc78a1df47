using PatchMoE.Mpi;

namespace PatchMoE.Tests.Mpi;

/// <summary>What launchers leave in the environment of a process.</summary>
public sealed class MpiLauncherTests
{
    [TestCase("OMPI_COMM_WORLD_SIZE=4;OMPI_COMM_WORLD_LOCAL_SIZE=2;PMIX_RANK=1", 4, 2, true)]
    [TestCase("PMI_RANK=0;PMI_SIZE=3;MPI_LOCALNRANKS=3", 3, 3, false)]
    [TestCase("PMIX_RANK=0;SLURM_STEP_NUM_TASKS=5;SLURM_NTASKS=8;SLURM_STEP_TASKS_PER_NODE=2(x2),1", 5, 2, true)]
    [TestCase("PMIX_RANK=0;SLURM_NTASKS=2", 2, 1, true)]
    public void IsFound(string environment, int processes, int local, bool openMpi)
    {
        MpiLauncher launcher = Find(environment)!;
        Assert.That((launcher.Processes, launcher.LocalProcesses, launcher.IsOpenMpi), Is.EqualTo((processes, local, openMpi)));
    }

    /// <summary>A job script of Slurm, a task of a job array: each is alone.</summary>
    [TestCase("")]
    [TestCase("SLURM_NTASKS=4;SLURM_PROCID=0;SLURM_ARRAY_TASK_ID=3")]
    [TestCase("PMI_RANK=0")]
    public void IsNotFound(string environment) => Assert.That(Find(environment), Is.Null);

    private static MpiLauncher? Find(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=')).ToDictionary(one => one[0], one => one[1]);
        return MpiLauncher.Find(variables.GetValueOrDefault);
    }
}
