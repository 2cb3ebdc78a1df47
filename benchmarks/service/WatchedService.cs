using Service;

namespace PatchMoE.ServiceLoad;

/// <summary>The sample's service as it is, in a process that also says, at each line that it is sent, how much memory it holds.</summary>
internal static class WatchedService
{
    /// <summary>What such a line begins with: the service's log goes the same way.</summary>
    public const string Prefix = "memory ";

    /// <param name="args">The service's own.</param>
    public static void Run(string[] args)
    {
        new Thread(Answer) { IsBackground = true }.Start();
        typeof(Digits).Assembly.EntryPoint!.Invoke(null, [args]);
    }

    /// <summary>Bytes on the heap that are in use, and bytes of the process in memory.</summary>
    private static void Answer()
    {
        while (Console.ReadLine() is not null)
        {
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(FormattableString.Invariant($"{Prefix}{heap} {Environment.WorkingSet}"));
        }
    }
}
