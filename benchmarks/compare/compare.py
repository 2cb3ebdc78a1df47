"""Times emitted models in turns with the libraries that compute the same networks, and writes the tables of docs/performance.md. See run.sh."""

import argparse
import json
import os
import subprocess
import sys

from programs import HERE, peers_of
from tables import comparison, is_limited, machine, marker, replace
from timing import compare

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


def spec_path(name):
    return os.path.join(ROOT, "specs", f"{name}.json")


def compared(options):
    """The name of the comparison's markers and its text; all numbers also go to --json."""
    peers, left_out = peers_of(options)
    for sentence in left_out:
        print(sentence, file=sys.stderr)
    shapes = [(name, spec_path(spec), batch) for name, spec, batch in SHAPES if not options.shapes or name in options.shapes]
    results = []
    for threads in options.threads:
        for result in compare(options, peers, shapes, threads):
            results.append(result)
            print(f"{result['shape']}, {threads} threads, {result['pass']}: {summary(result, peers)}", file=sys.stderr)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": {peer.name: peer.version for peer in peers}, "results": results}, file, indent=1)
    return marker(results), comparison(options, peers, left_out, results)


def summary(result, peers):
    theirs = [(peer.name, result["peers"][peer.key]) for peer in peers if peer.key in result["peers"]]
    return ", ".join([
        f"ours {result['ours'] * 1e3:.3f} ms",
        *(f"{name} {one['seconds'] * 1e3:.3f} ms ({one['best']}) {one['ratio']:.1f}x" for name, one in theirs),
        f"{result['limitSeconds'] / result['ours best'] * 100:.0f} % of the limit",
    ])


def growth(options):
    """How our time grows with each size."""
    measured = subprocess.run([*options.ours, "growth", spec_path("wide"), "64", "1"], stdout=subprocess.PIPE, text=True)
    if measured.returncode:
        raise SystemExit(measured.returncode)
    return f"{machine()}, 1 thread; shortest times of seven turns, the sizes of a row timed one after another.\n\n{measured.stdout}"


def parse():
    parser = argparse.ArgumentParser(
        prog="benchmarks/compare/run.sh", description="Times emitted models in turns with PyTorch, libtorch and ONNX Runtime, and shows how time grows.")
    parser.add_argument("--shapes", nargs="+", choices=[shape for shape, _, _ in SHAPES], help="only these shapes")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--runs", type=int, default=25, help="the minimum number of single times in each median")
    parser.add_argument("--peers", nargs="+", choices=["pytorch", "libtorch", "onnxruntime"], help="only these; the default is all, pytorch if it is installed")
    parser.add_argument("--avx2", action="store_true", help="limit ours, PyTorch and libtorch to AVX2 (nothing can limit ONNX Runtime); leaves the growth out")
    parser.add_argument("--no-growth", action="store_true", help="only the comparison")
    parser.add_argument("--no-compare", action="store_true", help="only the growth, which needs no other library")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/performance.md; otherwise they are only printed")
    parser.add_argument("--json", help="also write all numbers of the comparison to this file")
    parser.add_argument("--python", default="/usr/bin/python3", help="a Python with torch installed")
    parser.add_argument("--ours", nargs="+", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers-program", nargs="+", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.shown = "".join(f" {argument}" for argument in sys.argv[1 : sys.argv.index("--ours")])
    return options


def main():
    options = parse()
    tables = [] if options.no_compare else [compared(options)]

    # The table of growth is that of the machine's widest vectors.
    if not options.no_growth and not is_limited(options):
        tables.append(("growth", growth(options)))
    for name, text in tables:
        print(text)
        if options.write:
            replace(os.path.join(ROOT, "docs", "performance.md"), name, text)


try:
    main()
except KeyboardInterrupt:
    raise SystemExit(130)
