// Fixtures run side by side: they wait for programs, most of which use one core. Builds of the repository itself follow each other, see UserMachine.RunHere.
[assembly: Parallelizable(ParallelScope.Fixtures)]
