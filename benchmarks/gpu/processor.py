"""The same machine's processor: the emitted C# beside PyTorch, eager and compiled by Inductor to C++, with one thread and with all."""

import importlib.util
import os
import time

from programs import run

MODES = ("eager", "default")


class ProcessorPart:
    """Each shape at the batch of docs/performance.md; a measurement that fails stops no other."""

    def __init__(self, programs, shapes):
        self.programs, self.shapes = programs, shapes

    def __call__(self, limit):
        end, results = time.monotonic() + limit, []
        has_torch = importlib.util.find_spec("torch") is not None
        threads = sorted({1} if self.programs.options.dry_run else {1, cores()})
        calls = [(shape, count, measure) for count in threads for shape in self.shapes for measure in (self.emitted, *([self.torch] if has_torch else []))]
        for i, (shape, count, measure) in enumerate(calls):
            results += measure(*shape, count, (end - time.monotonic()) / (len(calls) - i))
        if not any("forward" in result for result in results):
            return "failed", "nothing was timed", results
        return "done", None if has_torch else "no torch: this Python has no PyTorch, so nothing is compared", results

    def emitted(self, spec, batch, threads, limit):
        what = {"spec": spec, "batch": batch, "threads": threads, "by": "emitted"}
        runs = ["--runs", "1"] if self.programs.options.dry_run else []
        ran = run(self.programs.pmoe("bench", spec, "--batch", str(batch), "--threads", str(threads), "--json", *runs), limit)
        if ran.why(limit) is not None or not ran.lines:
            return [{**what, "problem": ran.why(limit) or "no result"}]
        passes = ran.lines[-1]["passes"]
        return [{**what, **{kind: passes[kind]["seconds"] for kind in ("forward", "step")}, "share": {kind: passes[kind]["share"] for kind in ("forward", "step")}}]

    def torch(self, spec, batch, threads, limit):
        end, results = time.monotonic() + limit, []
        seconds = "0" if self.programs.options.dry_run else "1"
        for i, mode in enumerate(MODES):
            rest = (end - time.monotonic()) / (len(MODES) - i)
            ran = run(self.programs.torch_bench("--device", "cpu", "--threads", str(threads), "--seconds", seconds, "--mode", mode, f"{spec}={batch}"), rest)
            lines = [line for line in ran.lines if "formulation" in line]
            if not lines:
                lines = [{"spec": spec, "batch": batch, "formulation": "all", "mode": mode, "problem": ran.why(rest) or "no result"}]
            results += [{**line, "threads": threads, "by": "torch"} for line in lines]
        return results


def cores():
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0))
