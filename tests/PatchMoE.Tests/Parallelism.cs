// Fixtures run side by side, as many as there are cores; the tests of one fixture follow each other, unless it says otherwise.
// What needs the process to itself, such as a test that counts all allocations, is marked [NonParallelizable], and runs at the end.
[assembly: Parallelizable(ParallelScope.Fixtures)]
