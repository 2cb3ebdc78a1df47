"""The parts that need NVIDIA's own tools, where these are found."""

import csv
import io
import os
import re
import time

from programs import run, tool

# What ncu counts of each kernel.
METRICS = {
    "gpu__time_duration.sum": "time",
    "sm__throughput.avg.pct_of_peak_sustained_elapsed": "arithmetic and its pipes, % of peak",
    "dram__throughput.avg.pct_of_peak_sustained_elapsed": "memory, % of peak",
    "sm__warps_active.avg.pct_of_peak_sustained_active": "occupancy, %",
    "launch__registers_per_thread": "registers",
}

# Cases with every kind of routing, small enough to be run hundreds of times slower than usual.
CHECKED = ["vectors-tiny", "two-level", "sample-moe", "stack-sequence", "token-top2-importance"]


class SanitizerPart:
    """compute-sanitizer over some golden cases."""

    def __init__(self, programs, check):
        self.programs, self.check = programs, check

    def __call__(self, limit):
        sanitizer = tool("compute-sanitizer")
        if sanitizer is None:
            return "not run", "no compute-sanitizer on the PATH", []
        if not self.programs.is_cuda:
            return "not run", f"{self.programs.options.device} is not a device of CUDA", []
        command = [sanitizer, "--tool", self.check, "--error-exitcode", "9", "--target-processes", "all"]
        command += self.programs.gpu_bench("parity", "--device", self.programs.options.device, "--golden", self.programs.options.golden, "--cases", *CHECKED)
        ran = run(command, limit)
        found = [line for line in ran.output.splitlines() + ran.error.splitlines() if line.startswith("=========")]
        summary = next((line for line in reversed(found) if "SUMMARY" in line), None)
        why = ran.why(limit) if ran.timed_out or ran.code not in (0, 9) else None if ran.code == 0 else summary or "errors were found"
        return ("done" if why is None else "stopped" if ran.timed_out else "failed"), why, [{"tool": self.check, "cases": CHECKED, "summary": summary, "report": found[:100]}]


class PtxPart:
    """The registers that NVIDIA's assembler gives each kernel, beside the estimates."""

    def __init__(self, programs):
        self.programs = programs

    def __call__(self, limit):
        assembler = tool("ptxas")
        if assembler is None:
            return "not run", "no ptxas on the PATH or in Triton's package", []
        started, folder, results = time.monotonic(), os.path.join(self.programs.out, "ptx"), []
        names = ["mnist-separate"] if self.programs.options.dry_run else ["mnist-joint", "mnist-separate", "wide", "wrn-head", "celeba", "text-long"]
        wrote = run(self.programs.gpu_bench("kernels", "--ptx", folder, *[f"{self.programs.spec(name)}=1" for name in names]), limit)
        if wrote.why(limit) is not None:
            return "failed", wrote.why(limit), []
        estimates = {(line["name"], line["kernel"], line["architecture"]): line for line in wrote.lines if "kernel" in line}
        for (spec, kernel, architecture), line in estimates.items():
            remaining = limit - (time.monotonic() - started)
            if remaining <= 0:
                return "stopped", f"stopped after {limit:.0f} s, its share of the time", results
            path = os.path.join(folder, f"{spec}.{kernel}.{architecture}.ptx")
            ran = run([assembler, "-v", f"-arch={architecture.lower()}", path, "-o", path + ".cubin"], remaining)
            used = re.search(r"Used (\d+) registers", ran.error)
            spilled = re.search(r"(\d+) bytes spill stores", ran.error)
            results.append({
                "spec": spec, "kernel": kernel, "architecture": architecture, "estimate": line["registers"],
                "registers": int(used.group(1)) if used else None, "spills": int(spilled.group(1)) if spilled else None, "problem": None if used else ran.why(remaining),
            })
        return "done", None, results


class NcuPart:
    """ncu over one pass of each shape."""

    def __init__(self, programs):
        self.programs = programs

    def __call__(self, limit):
        from parts import shapes

        profiler = tool("ncu")
        if profiler is None:
            return "not run", "no ncu on the PATH", []
        if not self.programs.is_cuda:
            return "not run", f"{self.programs.options.device} is not a device of CUDA", []
        command = [profiler, "--csv", "--clock-control", "none", "--metrics", ",".join(METRICS), "--target-processes", "all"]
        command += self.programs.gpu_bench("time", "--device", self.programs.options.device, "--seconds", "0", *shapes(self.programs))
        ran = run(command, limit)
        why = ran.why(limit)
        return ("done" if why is None else "stopped" if ran.timed_out else "failed"), why, rows_of(ran.output)


def rows_of(output):
    """One entry for each launch in ncu's table: the kernel and its metrics."""
    lines = output.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith('"ID"')), None)
    launches = {}
    for row in csv.DictReader(io.StringIO("\n".join(lines[start:]))) if start is not None else []:
        if row.get("Metric Name") in METRICS:
            launch = launches.setdefault(row["ID"], {"kernel": row.get("Kernel Name"), "grid": row.get("Grid Size"), "block": row.get("Block Size")})
            launch[METRICS[row["Metric Name"]]] = f"{row.get('Metric Value')} {row.get('Metric Unit') or ''}".strip()
    return list(launches.values())
