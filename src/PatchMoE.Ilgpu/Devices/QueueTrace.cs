using System.Linq.Expressions;
using System.Reflection;
using ILGPU;

namespace PatchMoE.Ilgpu;

/// <summary>What was queued on a device.</summary>
/// <param name="Name">The kernel, as in <c>Layer0.Route</c>, or what was copied or cleared.</param>
/// <param name="Groups">Groups of the launch; 0 for a copy.</param>
/// <param name="Threads">Threads of a group; 0 for a copy, or if ILGPU chooses them, where <paramref name="Groups"/> is the number of threads.</param>
internal readonly record struct Queued(string Name, long Groups, int Threads)
{
    /// <summary>Whether it is a kernel.</summary>
    public bool IsKernel => Groups > 0;
}

/// <summary>
/// Records what this thread queues on devices: for tools and tests that count launches and copies. Kernels are recorded that were loaded while a trace was open; others, and all kernels outside of
/// a trace, are launched as if it did not exist.
/// </summary>
internal sealed class QueueTrace : IDisposable
{
    [ThreadStatic]
    private static QueueTrace? t_open;

    private readonly List<Queued> _queued = [];
    private readonly bool _launches;

    private QueueTrace(bool launches) => (_launches, t_open) = (launches, this);

    /// <summary>What was queued, in order.</summary>
    public IReadOnlyList<Queued> Queued => _queued;

    /// <summary>Begins a trace.</summary>
    /// <param name="launches">Whether kernels are launched, too; if not, a trace of large batches takes no time, and results are meaningless.</param>
    public static QueueTrace Open(bool launches) => t_open is null ? new QueueTrace(launches) : throw new InvalidOperationException("A trace is open already.");

    /// <summary>Records a copy, or a clearing that is no kernel of ours.</summary>
    public static void Note(string name) => t_open?._queued.Add(new Queued(name, 0, 0));

    /// <summary>The launcher of a kernel, which records each launch if a trace is open.</summary>
    /// <typeparam name="TLauncher">A delegate that takes a stream, a <see cref="KernelConfig"/> or an <see cref="Index1D"/>, and the kernel's parameters.</typeparam>
    /// <param name="launch">Queues the kernel.</param>
    /// <param name="kernel">The kernel.</param>
    public static TLauncher Traced<TLauncher>(TLauncher launch, MethodInfo kernel)
        where TLauncher : Delegate
    {
        if (t_open is not { } trace)
        {
            return launch;
        }

        ParameterExpression[] parameters = [.. typeof(TLauncher).GetMethod("Invoke")!.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))];
        string name = $"{kernel.DeclaringType!.Name}.{kernel.Name}";
        MethodInfo record = typeof(QueueTrace).GetMethod(nameof(Record), BindingFlags.NonPublic | BindingFlags.Instance, [typeof(string), parameters[1].Type])!;
        Expression note = Expression.Call(Expression.Constant(trace), record, Expression.Constant(name), parameters[1]);
        return Expression.Lambda<TLauncher>(trace._launches ? Expression.Block(note, Expression.Invoke(Expression.Constant(launch), parameters)) : note, parameters).Compile();
    }

    /// <summary>Forgets what was queued so far.</summary>
    public void Clear() => _queued.Clear();

    public void Dispose() => t_open = null;

    private void Record(string name, KernelConfig config) => _queued.Add(new Queued(name, config.GridDim.X, config.GroupDim.X));

    private void Record(string name, Index1D threads) => _queued.Add(new Queued(name, threads, 0));
}
