"""What the numbers of a run were measured on."""

import importlib.util
import os
import platform
import sys

from programs import run, tool

GPU_FIELDS = "name,driver_version,memory.total,compute_cap,clocks.max.sm,clocks.max.memory,power.limit"


def describe(programs, limit):
    """The machine, in words and numbers; what cannot be read is left out."""
    found = {"python": platform.python_version(), "system": platform.platform(), "processors": len(os.sched_getaffinity(0)), "processor": processor()}
    smi = tool("nvidia-smi")
    if smi:
        asked = run([smi, f"--query-gpu={GPU_FIELDS}", "--format=csv,noheader"], limit)
        if asked.code == 0:
            found["gpu"] = asked.output.strip()
    devices = run(programs.pmoe("backends"), limit)
    if devices.code == 0:
        found["backends"] = devices.output.strip()
    if importlib.util.find_spec("torch") is not None:
        found["torch"] = run([sys.executable, "-c", "import torch; print(torch.__version__)"], limit).output.strip()
    found["tools"] = {name: tool(name) for name in ("ptxas", "nvdisasm", "compute-sanitizer", "ncu") if tool(name)}
    return found


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
