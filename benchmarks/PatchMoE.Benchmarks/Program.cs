using BenchmarkDotNet.Running;
using PatchMoE.Benchmarks;

// For example: dotnet run -c Release --project benchmarks/PatchMoE.Benchmarks -- --filter '*Forward*'
BenchmarkSwitcher.FromAssembly(typeof(PassBenchmarks).Assembly).Run(args);
