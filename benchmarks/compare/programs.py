"""The programs that are timed, each a process that answers lines with JSON lines, and the libraries they stand for."""

import json
import os
import subprocess

import processor

HERE = os.path.dirname(os.path.abspath(__file__))

# What limits each library to AVX2. ONNX Runtime has nothing of the kind: its MLAS chooses kernels by the processor alone.
OURS_AVX2 = {"DOTNET_EnableAVX512": "0"}
PEERS_AVX2 = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "DNNL_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}

# OpenBLAS's kernels by what they need, the widest first. Debian 12's does not know newer processors and falls back to SSE3 on them.
OPENBLAS_KERNELS = [("avx512_bf16", "Cooperlake"), ("avx512f", "SkylakeX"), ("avx2", "Haswell")]


class Program:
    """A process that answers each line with a JSON line."""

    def __init__(self, command, environment):
        self.name = " ".join(os.path.basename(word) for word in command[:3])
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={**os.environ, **environment})

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer, exit code {self.process.wait()}")
        return json.loads(line)

    def ask(self, *words):
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """A library to compare with."""

    def __init__(self, key, name, command, environment, note=""):
        self.key, self.name, self.note = key, name, note
        self.command, self.environment = command, environment
        self.version = None

    def title(self):
        """The name with the first two numbers of the version, for a column."""
        return f"{self.name} {'.'.join(self.version.split('+')[0].split('.')[:2])}"

    def start(self, folder, threads):
        environment = {variable: str(threads) for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        program = Program([*self.command, folder, str(threads)], {**environment, **self.environment})
        about = program.ask("names")
        self.version = about["version"]
        return program, about["names"], about["passes"]


def start_ours(command, spec, batch, threads, folder, avx2):
    """Our program and what it said about the machine and the passes."""
    program = Program([*command, "serve", spec, str(batch), str(threads), folder], OURS_AVX2 if avx2 else {})
    return program, program.answer()


def peers_of(options):
    """The peers to compare with, and a sentence on each that is left out."""
    limits = PEERS_AVX2 if options.avx2 else {}
    kernels = {**openblas_kernels(), **limits}
    note = f" (OPENBLAS_CORETYPE={kernels['OPENBLAS_CORETYPE']})" if kernels and not limits else ""
    known = [
        Peer("pytorch", "PyTorch", [options.python, os.path.join(HERE, "torch_server.py")], kernels, note),
        Peer("libtorch", "libtorch", [*options.peers_program, "libtorch"], limits),
        Peer("onnxruntime", "ONNX Runtime", [*options.peers_program, "onnx"], limits),
    ]
    chosen = [peer for peer in known if not options.peers or peer.key in options.peers]
    problem = torch_problem(options.python) if chosen and chosen[0].key == "pytorch" else None
    if not problem:
        return chosen, []
    if options.peers:
        raise SystemExit(f"{problem}\nInstall it (Debian: apt install python3-torch libopenblas0-pthread), choose a Python that has it with --python, or leave pytorch out of --peers.")
    return chosen[1:], [f"{problem} Only the .NET peers are compared."]


def openblas_kernels():
    """The environment that gives OpenBLAS the widest kernels of this processor; that of the user, if set, counts."""
    named = os.environ.get("OPENBLAS_CORETYPE") or next((kernels for flag, kernels in OPENBLAS_KERNELS if flag in processor.flags()), None)
    return {"OPENBLAS_CORETYPE": named} if named else {}


def torch_problem(python):
    """Why a Python cannot run PyTorch; None if it can."""
    try:
        check = subprocess.run([python, "-c", "import numpy, torch"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        problem = (check.stderr.strip().splitlines() or [f"exit code {check.returncode}"])[-1] if check.returncode else None
    except OSError as failure:
        problem = str(failure)
    return f"PyTorch is missing ({python}: {problem})." if problem else None
