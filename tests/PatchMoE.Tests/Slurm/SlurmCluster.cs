using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace PatchMoE.Tests.Slurm;

/// <summary>A Slurm cluster of two nodes on this machine, with two processors each: the real daemons, in a folder of their own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SlurmCluster : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly bool _startedMunge;

    public SlurmCluster()
    {
        File.WriteAllText(ConfigurationPath, Configuration());
        foreach (string name in (string[])["state", "spool.node1", "spool.node2", "tmp.node1", "tmp.node2"])
        {
            Directory.CreateDirectory(_folder.File(name));
        }

        if (Shell("munge -n </dev/null").ExitCode != 0)
        {
            Run("install", "-d", "-o", "munge", "-g", "munge", "-m", "755", "/run/munge");
            Run("runuser", "-u", "munge", "--", "munged");
            _startedMunge = true;
        }

        Run("slurmctld");
        Run("slurmd", "-N", "node1");
        Run("slurmd", "-N", "node2");
        WaitFor("both nodes", () => Run("sinfo", "-h", "-N", "-o", "%T").OutputLines.Count(state => state == "idle") == 2, s_patience);
    }

    /// <summary>Why there can be no cluster here; null if there can be one.</summary>
    public static string? Problem =>
        !OperatingSystem.IsLinux() ? "Slurm runs on Linux only."
        : !Environment.IsPrivilegedProcess ? "Slurm's daemons need root."
        : ((string[])["sbatch", "slurmctld", "slurmd", "munged"]).FirstOrDefault(program => Shell($"command -v {program}").ExitCode != 0) is { } missing
            ? $"There is no {missing}: install the packages slurm-wlm and munge."
        : null;

    private string ConfigurationPath => _folder.File("slurm.conf");

    /// <summary>Runs a program of Slurm, or one that calls Slurm.</summary>
    public Outcome Run(string program, params string[] arguments) => Run(new ProcessStartInfo(program, arguments));

    /// <summary>Runs a process that calls Slurm; it must succeed.</summary>
    public Outcome Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        start.Environment["SLURM_CONF"] = ConfigurationPath;
        Outcome outcome = Pmoe.Start(start);
        return outcome.ExitCode == 0 ? outcome : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: {outcome.ExitCode}: {outcome.Error}");
    }

    /// <summary>The tasks of a job that run now, and their nodes.</summary>
    public IReadOnlyDictionary<string, string> RunningTasks(string job) =>
        Run("squeue", "-h", "-j", job, "-t", "RUNNING", "-o", "%i %N").OutputLines.Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);

    /// <summary>Whether a job is not over.</summary>
    public bool IsQueued(string job) => Run("squeue", "-h", "-o", "%A %F").OutputLines.Any(line => line.Split(' ').Contains(job));

    /// <summary>Takes a node down as a power failure does: its daemon and all that it started end at once, without a word.</summary>
    public void Kill(string node)
    {
        Kill(int.Parse(File.ReadAllText(_folder.File($"slurmd.{node}.pid")), CultureInfo.InvariantCulture));
        foreach (int task in ProcessesWith($"SLURM_CONF={ConfigurationPath}", $"SLURMD_NODENAME={node}"))
        {
            int step = ParentOf(task);
            if (step > 1)
            {
                Kill(step);
            }

            Kill(task);
        }
    }

    /// <summary>Waits until something is so.</summary>
    public static void WaitFor(string what, Func<bool> isSo, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(patience), $"waited for {what}");
            Thread.Sleep(100);
        }
    }

    public void Dispose()
    {
        foreach (string file in Directory.GetFiles(_folder.Path, "*.pid"))
        {
            if (int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out int id))
            {
                Kill(id);
            }
        }

        if (_startedMunge)
        {
            Shell("kill $(cat /run/munge/munged.pid)");
        }

        _folder.Dispose();
    }

    private static Outcome Shell(string line) => Pmoe.Start(new ProcessStartInfo("sh", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true });

    private static void Kill(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    private static int[] ProcessesWith(params string[] variables) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder => ReadText(Path.Combine(folder, "environ")).Split('\0').Intersect(variables).Count() == variables.Length)
            .Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)),
    ];

    /// <summary>The fourth field of /proc/ID/stat; the second, in parentheses, may hold anything.</summary>
    private static int ParentOf(int id) =>
        ReadText($"/proc/{id}/stat") is { Length: > 0 } text ? int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, listener => listener.Dispose());
        return ports;
    }

    /// <summary>Credentials expire soon: Slurm waits so long before it runs a task again.</summary>
    private string Configuration()
    {
        int[] ports = FreePorts(3);
        string folder = _folder.Path;
        return string.Create(CultureInfo.InvariantCulture, $"""
            ClusterName=test
            SlurmctldHost=localhost
            SlurmctldPort={ports[0]}
            SlurmUser=root
            AuthType=auth/munge
            AuthInfo=cred_expire=5
            MpiDefault=none
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            ReturnToService=2
            SchedulerType=sched/backfill
            SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            JobRequeue=1
            KillWait=5
            SlurmdTimeout=10
            JobAcctGatherType=jobacct_gather/linux
            StateSaveLocation={folder}/state
            SlurmdSpoolDir={folder}/spool.%n
            TmpFS={folder}/tmp.%n
            SlurmctldPidFile={folder}/slurmctld.pid
            SlurmdPidFile={folder}/slurmd.%n.pid
            SlurmctldLogFile={folder}/slurmctld.log
            SlurmdLogFile={folder}/slurmd.%n.log
            NodeName=node1 NodeAddr=127.0.0.1 NodeHostname=localhost Port={ports[1]} CPUs=2 RealMemory=2000 State=UNKNOWN
            NodeName=node2 NodeAddr=127.0.0.1 NodeHostname=localhost Port={ports[2]} CPUs=2 RealMemory=2000 State=UNKNOWN
            PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """);
    }
}
