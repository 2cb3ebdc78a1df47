"""The parts of a run: what each does, its share of the time, and why it does not run where it cannot."""

import importlib.util
import json
import os
import time

from machine import describe
from processor import ProcessorPart
from profiling import NcuPart, PtxPart, SanitizerPart
from programs import run

HERE = os.path.dirname(os.path.abspath(__file__))

# Specs whose data travel with the programs, the quick ones first.
TRAINED = ["synthetic-separate", "phase-separate", "mnist-separate", "mnist-joint", "mnist-cnn", "digits-10", "digits-stack", "vmoe-small", "union", "mil-10"]

# An accuracy on 1,000 samples and more differs by chance, once the last bits of the weights differ.
ACCURACY_MARGIN = 0.02


class Part:
    """A part of a run; its results are the lines of JSON that a program printed, with why it did not end well."""

    def __init__(self, name, share, work):
        self.name, self.share, self.work = name, share, work

    def run(self, limit):
        started = time.monotonic()
        try:
            state, why, results = self.work(limit)
        except Exception as failure:  # a failing part never stops the others
            state, why, results = "failed", f"{type(failure).__name__}: {failure}", []
        return {"state": state, "why": why, "seconds": time.monotonic() - started, "limit": limit, "results": results}


def of(programs):
    """The parts that were asked for, in the order in which they run: the most wanted first."""
    names = programs.options.only or NAMES
    return [Part(name, share, create(programs)) for name, (share, create) in PARTS.items() if name in names]


def lines_of(command, limit, **settings):
    """Runs a program of lines of JSON; what it printed counts, however it ended."""
    ran = run(command, limit, **settings)
    why = ran.why(limit)
    return ("done" if why is None else "stopped" if ran.timed_out else "failed"), why, ran.lines


def parity(programs, *arguments):
    """Exit code 1 says that something did not hold, and the lines say what."""
    def work(limit):
        command = programs.gpu_bench("parity", "--device", programs.options.device, *arguments)
        ran = run(command, limit)
        if ran.code == 1 and ran.lines and not all(line["held"] for line in ran.lines):
            return "done", None, ran.lines
        why = ran.why(limit)
        return ("done" if why is None else "stopped" if ran.timed_out else "failed"), why, ran.lines

    return work


def golden(programs):
    tiny = ["--cases", "vectors-tiny"] if programs.options.dry_run else []
    return parity(programs, "--golden", programs.options.golden, *tiny)


def optimizers(programs):
    return parity(programs, "--updates", *(["1", "--optimizers", "Sgd"] if programs.options.dry_run else ["50"]))


def random_networks(programs):
    return parity(programs, "--networks", *(["1", "--most-work", "500"] if programs.options.dry_run else ["200"]))


def shapes(programs, batch="batch"):
    """Spec and batch of each shape."""
    with open(os.path.join(HERE, "shapes.json"), encoding="utf-8") as file:
        listed = json.load(file)
    if programs.options.dry_run:
        return [(short_spec(programs), 1)]
    return [(programs.spec(shape["name"]), shape[batch]) for shape in listed]


def on_device(programs):
    """SPEC=BATCH of each shape, at the batch that fills a GPU."""
    return [f"{spec}={batch}" for spec, batch in shapes(programs)]


def seconds(programs):
    return ["--seconds", "0" if programs.options.dry_run else "1"]


def timing(programs):
    return lambda limit: lines_of(programs.gpu_bench("time", "--device", programs.options.device, *seconds(programs), *on_device(programs)), limit)


def torch(*arguments):
    def create(programs):
        def work(limit):
            if importlib.util.find_spec("torch") is None:
                return "not run", "no torch: this Python has no PyTorch", []
            # Compiled code is kept with the results, so that a second run need not compile again.
            cache = {"TORCHINDUCTOR_CACHE_DIR": os.path.join(programs.out, "torch-cache"), "TRITON_CACHE_DIR": os.path.join(programs.out, "triton-cache")}
            return lines_of(programs.torch_bench(*seconds(programs), *arguments, *on_device(programs)), limit, env=cache)

        return work

    return create


def training(programs):
    """Every spec whose data are here, on the device and on the CPU."""
    def work(limit):
        end, results = time.monotonic() + limit, []
        paths = [short_spec(programs)] if programs.options.dry_run else [programs.spec(name) for name in TRAINED]
        for i, path in enumerate(paths):
            results.append(train(programs, path, (end - time.monotonic()) / (len(paths) - i)))
        reached = all(result.get("reached") for result in results)
        missed = [result["spec"] for result in results if not result.get("reached")]
        return ("done" if reached else "failed"), (None if reached else f"not as accurate as on the CPU, or not trained: {', '.join(missed)}"), results

    return work


def short_spec(programs):
    """A small network, with a training of two updates for the routers and two for the experts."""
    with open(programs.spec("synthetic-separate"), encoding="utf-8") as file:
        spec = json.load(file)
    spec["training"].update({"epochs": 1, "routerEpochs": 1})
    spec["data"].update({"train": 2 * spec["training"]["batch"], "test": 20})
    path = os.path.join(programs.out, "short.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(spec, file)
    return path


def train(programs, path, limit):
    name = os.path.splitext(os.path.basename(path))[0]
    result = {"spec": name}
    for backend, device in (("cpu", []), ("ilgpu", ["--device", programs.options.device])):
        started = time.monotonic()
        folder = os.path.join(programs.out, "runs", f"{name}-{backend}")
        ran = run(programs.pmoe("train", path, "--out", folder, "--force", "--json", "--seed", "1", "--backend", backend, *device), limit)
        limit -= time.monotonic() - started
        if ran.why(limit) is not None or not ran.lines:
            result["problem"] = f"{backend}: {ran.why(limit) or 'no result'}"
            return result
        last = ran.lines[-1]
        result[backend] = {key: last.get(key) for key in ("testAccuracy", "testLoss", "trainSeconds")}
    result["reached"] = result["ilgpu"]["testAccuracy"] >= result["cpu"]["testAccuracy"] - ACCURACY_MARGIN
    return result


def machine(programs):
    return lambda limit: ("done", None, [describe(programs, limit)])


PARTS = {
    "machine": (10, machine),
    "parity golden": (60, golden),
    "parity optimizers": (30, optimizers),
    "parity random": (110, random_networks),
    "timing emitted": (80, timing),
    "timing torch eager": (60, torch("--mode", "eager")),
    "training": (90, training),
    "timing torch compile": (80, torch("--mode", "default")),
    "timing torch compile with graphs": (70, torch("--mode", "reduce-overhead")),
    "timing torch eager TF32": (30, torch("--mode", "eager", "--tf32")),
    "timing torch compile TF32": (60, torch("--mode", "default", "--tf32")),
    "timing processor": (60, lambda programs: ProcessorPart(programs, shapes(programs, "cpuBatch"))),
    "registers by ptxas": (30, PtxPart),
    "sanitizer memcheck": (40, lambda programs: SanitizerPart(programs, "memcheck")),
    "sanitizer racecheck": (40, lambda programs: SanitizerPart(programs, "racecheck")),
    "profile": (60, NcuPart),
}
NAMES = list(PARTS)
