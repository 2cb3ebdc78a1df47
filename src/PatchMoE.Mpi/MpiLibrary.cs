using System.Reflection;
using System.Runtime.InteropServices;

namespace PatchMoE.Mpi;

/// <summary>
/// The MPI library of this machine. Its functions have the same names and arguments everywhere, but what they take as a handle differs: in Open MPI the address of an exported object, in
/// MPICH a number. Both fit a pointer.
/// </summary>
internal static class MpiLibrary
{
    /// <summary>The name under which <see cref="MpiFunctions"/> imports it.</summary>
    public const string Name = "mpi";

    /// <summary>A variable with the path of the library, for one that is in none of the usual places.</summary>
    private const string PathVariable = "PATCHMOE_MPI";

    // The version in a name is that of the binary interface: libmpi.so.12 is what MPICH's descendants (Intel MPI, MVAPICH, Cray MPI) have agreed on.
    private static readonly string[] s_openMpi = ["libmpi.so.40", "libmpi.40.dylib", "libmpi.so"];
    private static readonly string[] s_mpich = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "libmpich.so"];

    private static readonly Lock s_lock = new();
    private static IntPtr s_handle;

    /// <summary>All processes of the job.</summary>
    public static nint World { get; private set; }

    /// <summary>The type of 32-bit floats.</summary>
    public static nint Float { get; private set; }

    /// <summary>The type of bytes.</summary>
    public static nint Byte { get; private set; }

    /// <summary>The operation that adds.</summary>
    public static nint Add { get; private set; }

    /// <summary>Stands for a send buffer whose values are already in the receive buffer.</summary>
    public static nint InPlace { get; private set; }

    /// <summary>Loads the library that belongs to a launcher.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static void Load(MpiLauncher launcher)
    {
        lock (s_lock)
        {
            if (s_handle != IntPtr.Zero)
            {
                return;
            }

            string[] names = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? [path]
                : launcher.IsOpenMpi ? [.. s_openMpi, .. s_mpich]
                : [.. s_mpich, .. s_openMpi];
            s_handle = names.Select(name => NativeLibrary.TryLoad(name, out IntPtr handle) ? handle : IntPtr.Zero).FirstOrDefault(handle => handle != IntPtr.Zero);
            if (s_handle == IntPtr.Zero)
            {
                throw new BadInputException(
                    $"MPI: this process was started as one of {launcher.Processes} of an MPI job, but the library of MPI cannot be loaded (tried {string.Join(", ", names)}). Install the MPI that started it (Debian: openmpi-bin or mpich), or set {PathVariable} to the library.");
            }

            NativeLibrary.SetDllImportResolver(typeof(MpiLibrary).Assembly, Resolve);
            SetHandles();
        }
    }

    private static IntPtr Resolve(string library, Assembly assembly, DllImportSearchPath? path) => library == Name ? s_handle : IntPtr.Zero;

    private static void SetHandles()
    {
        if (NativeLibrary.TryGetExport(s_handle, "ompi_mpi_comm_world", out IntPtr world))
        {
            // mpi.h of Open MPI.
            World = world;
            Float = NativeLibrary.GetExport(s_handle, "ompi_mpi_float");
            Byte = NativeLibrary.GetExport(s_handle, "ompi_mpi_byte");
            Add = NativeLibrary.GetExport(s_handle, "ompi_mpi_op_sum");
            InPlace = 1;
            return;
        }

        // mpi.h of MPICH and its descendants.
        World = 0x44000000;
        Float = 0x4c00040a;
        Byte = 0x4c00010d;
        Add = 0x58000003;
        InPlace = -1;
    }
}
