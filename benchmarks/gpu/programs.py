"""The programs that the parts call, and how long they may take."""

import json
import os
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Programs:
    """Where everything is, and the device."""

    def __init__(self, options, out):
        self.options, self.out = options, out
        self.is_cuda = options.device.startswith("cuda")
        # PyTorch counts devices as CUDA does.
        self.torch_device = options.device if self.is_cuda else "cpu"

    def own(self, name):
        """The command of pmoe or GpuBench: as published, or as built."""
        path = os.path.join(self.options.bin, name)
        return [path] if os.path.exists(os.path.join(self.options.bin, "libcoreclr.so")) else ["dotnet", path + ".dll"]

    def gpu_bench(self, *arguments):
        return [*self.own("GpuBench"), *arguments]

    def pmoe(self, *arguments):
        return [*self.own("pmoe"), *arguments]

    def torch_bench(self, *arguments):
        return [sys.executable, os.path.join(HERE, "torch_bench.py"), "--device", self.torch_device, *arguments]

    def spec(self, name):
        return os.path.join(self.options.specs, name + ".json")


class Ran:
    """What a command printed, and how it ended."""

    def __init__(self, code, output, error, timed_out):
        self.code, self.output, self.error, self.timed_out = code, output, error, timed_out

    @property
    def lines(self):
        """The lines of JSON on its standard output; the last may be cut off."""
        found = []
        for line in self.output.splitlines():
            if line.startswith("{"):
                try:
                    found.append(json.loads(line))
                except ValueError:
                    pass
        return found

    def why(self, limit):
        """Why it did not end well; None if it did."""
        if self.timed_out:
            return f"stopped after {limit:.0f} s, its share of the time"
        if self.code == 0:
            return None
        last = [line for line in self.error.splitlines() if line.strip()][-3:]
        return f"exit code {self.code}: {' / '.join(last) or 'no message'}"[:600]


def run(command, limit, cwd=None, env=None):
    """Runs a command and ends it, with all its processes, after some seconds."""
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace", cwd=cwd,
            env={**os.environ, **(env or {})}, start_new_session=True)
    except OSError as failure:
        return Ran(127, "", f"{command[0]}: {failure.strerror}", timed_out=False)
    try:
        output, error = process.communicate(timeout=max(limit, 0.1))
        return Ran(process.returncode, output, error, timed_out=False)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, error = process.communicate()
        return Ran(process.returncode, output, error, timed_out=True)


def tool(name):
    """A program on the PATH, in the usual folders of CUDA, or in Triton's package; None if it is nowhere."""
    folders = [os.environ.get("PATH", ""), "/usr/local/cuda/bin", "/opt/cuda/bin", *triton_folders()]
    return shutil.which(name, path=os.pathsep.join(folders))


def triton_folders():
    try:
        import importlib.util

        found = importlib.util.find_spec("triton")
    except (ImportError, ValueError):
        return []
    return [os.path.join(folder, "backends", "nvidia", "bin") for folder in (found.submodule_search_locations or [])] if found else []
