"""Times emitted models against PyTorch in turns and writes the tables of docs/performance.md. See run.sh."""

import argparse
import datetime
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHAPES = [
    ("mnist-joint", "mnist-joint", 100),
    ("batch-20", "mnist-joint", 20),
    ("batch-1", "mnist-joint", 1),
    ("mnist-separate", "mnist-separate", 100),
    ("wide", "wide", 64),
    ("wrn-head", "wrn-head", 32),
    ("celeba", "celeba", 32),
    ("text-long", "text-long", 16),
]
PASSES = ["forward", "step"]
TOLERANCE = 1e-4

# How many formulations are timed fully, after a first look at all of them.
FINALISTS = 3
FIRST_LOOK = 7
ROUNDS = 5
PAUSE = 0.02


class Program:
    """A process that answers each line with a JSON line."""

    def __init__(self, command, **environment):
        self.name = os.path.basename(command[-1] if len(command) == 1 else command[1])
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


class Pair:
    """One shape at one number of threads: both programs, and their times so far, round by round."""

    def __init__(self, options, shape, spec, batch, threads):
        self.shape, self.batch, self.threads = shape, batch, threads
        self.runs = -(-options.runs // ROUNDS)
        self.folder = tempfile.TemporaryDirectory()
        self.ours = Program([*options.ours, "serve", os.path.join(ROOT, "specs", f"{spec}.json"), str(batch), str(threads), self.folder.name])
        self.limits = self.ours.answer()
        self.theirs = Program(
            [options.python, os.path.join(HERE, "torch_server.py"), self.folder.name, str(threads)],
            OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        names = self.theirs.ask("names")["names"]
        for name in names:
            for what, error in self.theirs.ask("check", name).items():
                if not error <= TOLERANCE:
                    raise SystemExit(f"{shape}, {name}: {what} differ by {error:.1e} of the largest value; nothing was timed")
        self.looks = {kind: {name: statistics.median(self.theirs.ask("time", name, kind, FIRST_LOOK)) for name in names} for kind in PASSES}
        self.our_times = {kind: [] for kind in PASSES}
        self.their_times = {kind: {name: [] for name in sorted(look, key=look.get)[:FINALISTS]} for kind, look in self.looks.items()}

    def time_round(self, kind):
        time.sleep(PAUSE)
        self.our_times[kind].append(self.ours.ask(kind, self.runs))
        for name, times in self.their_times[kind].items():
            time.sleep(PAUSE)
            times.append(self.theirs.ask("time", name, kind, self.runs))

    def result(self, kind):
        medians = {name: statistics.median(itertools.chain(*times)) for name, times in self.their_times[kind].items()}
        best = min(medians, key=medians.get)
        ours = list(itertools.chain(*self.our_times[kind]))

        # The two sides of a round are timed within a second of each other, so that a busy machine slows both.
        rounds = zip(self.their_times[kind][best], self.our_times[kind])
        ratio = statistics.median(statistics.median(theirs) / statistics.median(ours) for theirs, ours in rounds)
        return {
            "shape": self.shape, "batch": self.batch, "threads": self.threads, "limits": self.limits["limits"], "pass": kind,
            "ours": statistics.median(ours), "ours best": min(ours), "best": best, "theirs": medians[best], "ratio": ratio,
            "medians": medians, "first look": self.looks[kind], **self.limits[kind],
        }

    def close(self):
        self.ours.close()
        self.theirs.close()
        self.folder.cleanup()


def compare(options, threads):
    """All shapes at one number of threads. A round times each of them, so that a busy minute of the machine spoils a few times of many shapes, not all times of one."""
    pairs = []
    try:
        for shape, spec, batch in SHAPES:
            if not options.shapes or shape in options.shapes:
                pairs.append(Pair(options, shape, spec, batch, threads))
        for number in range(1, ROUNDS + 1):
            for pair in pairs:
                for kind in PASSES:
                    pair.time_round(kind)
            print(f"{threads} threads: round {number} of {ROUNDS}", file=sys.stderr)
        return [pair.result(kind) for pair in pairs for kind in PASSES]
    finally:
        for pair in pairs:
            pair.close()


def table(results):
    lines = [
        "| shape | B | threads | pass | ours, ms | PyTorch's best, ms | formulation | ratio | ours undisturbed, ms | GFLOP | GFLOP/s | limit, ms | bound by | share |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        lines.append(
            f"| `{r['shape']}` | {r['batch']} | {r['threads']} | {r['pass']} | {r['ours'] * 1e3:.3f} | {r['theirs'] * 1e3:.3f} | {r['best']} "
            f"| **{r['ratio']:.1f}×** | {r['ours best'] * 1e3:.3f} | {r['flops'] / 1e9:.3f} | {r['flops'] / r['ours best'] / 1e9:.0f} "
            f"| {r['limitSeconds'] * 1e3:.3f} | {r['boundBy']} | {r['limitSeconds'] / r['ours best'] * 100:.0f} % |")
    return "\n".join(lines) + "\n"


def about(options, results, torch_version):
    """The machine and the versions that the numbers were measured with."""
    limits = []
    for threads in sorted({r["threads"] for r in results}):
        best = max((r["limits"] for r in results if r["threads"] == threads), key=lambda limit: limit["flops"])
        limits.append(
            f"{threads} {'thread' if threads == 1 else 'threads'} {best['flops'] / 1e9:.0f} GFLOP/s and {best['memoryBandwidth'] / 1e9:.1f} GB/s from memory")
    return (
        f"{datetime.date.today().isoformat()}, {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"PyTorch {torch_version}; medians of at least {-(-options.runs // ROUNDS) * ROUNDS}. "
        f"Limits, best of the run: {'; '.join(limits)}. Command: `benchmarks/compare/run.sh{options.shown}`\n")


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def replace(path, name, text):
    """Replaces the text between the markers of a Markdown file."""
    with open(path, encoding="utf-8") as file:
        whole = file.read()
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if begin not in whole or end not in whole:
        raise SystemExit(f"{path}: there is no pair of markers '{begin.strip()}' and '{end}'")
    head, rest = whole.split(begin, 1)
    with open(path + ".tmp", "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{head}{begin}\n{text}\n{end}{rest.split(end, 1)[1]}")
    os.replace(path + ".tmp", path)


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/compare/run.sh", description="Times emitted models against PyTorch and shows how time grows.")
    parser.add_argument("--shapes", nargs="+", choices=[shape for shape, _, _ in SHAPES], help="only these shapes")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=25, help="the minimum number of single times in each median")
    parser.add_argument("--no-growth", action="store_true", help="only the comparison")
    parser.add_argument("--no-compare", action="store_true", help="only the growth, which needs no PyTorch")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/performance.md; otherwise they are only printed")
    parser.add_argument("--json", help="also write all numbers to this file")
    parser.add_argument("--python", default="/usr/bin/python3", help="a Python with torch installed")
    parser.add_argument("--ours", nargs="+", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    shown = [argument for argument in sys.argv[1 : sys.argv.index("--ours")]]
    options.shown = "".join(f" {argument}" for argument in shown)

    tables, results = {}, []
    if not options.no_compare:
        version = torch_version(options.python)
        for threads in options.threads:
            for result in compare(options, threads):
                results.append(result)
                print(
                    f"{result['shape']}, {threads} threads, {result['pass']}: ours {result['ours'] * 1e3:.3f} ms, PyTorch {result['theirs'] * 1e3:.3f} ms "
                    f"({result['best']}), {result['ratio']:.1f}x, {result['limitSeconds'] / result['ours best'] * 100:.0f} % of the limit",
                    file=sys.stderr)
        tables["comparison"] = about(options, results, version) + "\n" + table(results)
    if not options.no_growth:
        growth = subprocess.run([*options.ours, "growth", os.path.join(ROOT, "specs", "wide.json"), "64", "1"], stdout=subprocess.PIPE, text=True)
        if growth.returncode:
            raise SystemExit(growth.returncode)
        tables["growth"] = f"{datetime.date.today().isoformat()}, {processor()}, 1 thread; shortest times of seven turns, the sizes of a row timed one after another.\n\n{growth.stdout}"

    for name, text in tables.items():
        print(text)
        if options.write:
            replace(os.path.join(ROOT, "docs", "performance.md"), name, text)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


def torch_version(python):
    try:
        check = subprocess.run([python, "-c", "import numpy, torch; print(torch.__version__)"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        problem = check.stderr.strip().splitlines()[-1:] if check.returncode else []
    except OSError as failure:
        problem = [str(failure)]
    if problem:
        raise SystemExit(
            f"PyTorch is missing: {python}: {problem[0]}\n"
            "Install it (Debian: apt install python3-torch libopenblas0), choose a Python that has it with --python, or measure only the growth with --no-compare.")
    return check.stdout.strip()


try:
    main()
except KeyboardInterrupt:
    raise SystemExit(130)
