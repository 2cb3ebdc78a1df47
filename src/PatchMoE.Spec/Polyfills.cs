// Needed by the compiler for records and init accessors; netstandard2.0 lacks it.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
