"""Times programs from their start to their end, in turns, each as often as the first argument says; prints the shortest and the median in milliseconds.

usage: first.py RUNS NAME=COMMAND ...
"""
import shlex
import statistics
import subprocess
import sys
import time

runs = int(sys.argv[1])
programs = {name: shlex.split(command) for name, command in (argument.split("=", 1) for argument in sys.argv[2:])}
times = {name: [] for name in programs}
for _ in range(runs):
    for name, command in programs.items():
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times[name].append(1000 * (time.perf_counter() - start))
for name, all_times in times.items():
    print(f"{name:10} {min(all_times):8.1f} {statistics.median(all_times):8.1f}")
