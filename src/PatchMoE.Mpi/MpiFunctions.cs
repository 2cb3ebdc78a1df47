using System.Runtime.InteropServices;

namespace PatchMoE.Mpi;

/// <summary>The functions of MPI that are used. Each returns 0, or a number that says what went wrong; by default MPI ends the job then.</summary>
internal static unsafe partial class MpiFunctions
{
    /// <summary>Several threads may call MPI, one at a time.</summary>
    public const int Serialized = 2;

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Init_thread")]
    public static partial int InitThread(nint argc, nint argv, int required, out int provided);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Finalize")]
    public static partial int Finish();

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Abort")]
    public static partial int Abort(nint world, int code);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Comm_rank")]
    public static partial int Rank(nint world, out int rank);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Comm_size")]
    public static partial int Size(nint world, out int size);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Barrier")]
    public static partial int Barrier(nint world);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Bcast")]
    public static partial int Broadcast(void* values, int count, nint type, int root, nint world);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Allreduce")]
    public static partial int AllReduce(nint send, void* receive, int count, nint type, nint operation, nint world);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Allgather")]
    public static partial int AllGather(nint send, int sent, nint sentType, void* receive, int received, nint receivedType, nint world);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Allgatherv")]
    public static partial int AllGatherV(nint send, int sent, nint sentType, void* receive, int* received, int* places, nint receivedType, nint world);

    [LibraryImport(MpiLibrary.Name, EntryPoint = "MPI_Alltoallv")]
    public static partial int AllToAllV(
        void* send, int* sent, int* sentPlaces, nint sentType, void* receive, int* received, int* receivedPlaces, nint receivedType, nint world);
}
