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
    ("mnist-joint", "specs/mnist-joint.json", 100),
    ("batch-20", "specs/mnist-joint.json", 20),
    ("batch-1", "specs/mnist-joint.json", 1),
    ("mnist-separate", "specs/mnist-separate.json", 100),
    ("wide", "specs/wide.json", 64),
    ("wrn-head", "specs/wrn-head.json", 32),
    ("celeba", "specs/celeba.json", 32),
    ("text-long", "specs/text-long.json", 16),
]

# Stacks have a table of their own, and are not written for PyTorch's old version.
STACKS = [
    ("fashion-stack", "specs/fashion-stack.json", 50),
    ("two convolutions", "benchmarks/compare/specs/convolutions.json", 50),
    ("one convolution", "benchmarks/compare/specs/convolution.json", 50),
]
STACK_PEERS = ["libtorch", "onnxruntime"]


def spec_path(spec):
    return os.path.join(ROOT, *spec.split("/"))


def compared(options):
    """The name of the comparison's markers and its text; all numbers also go to --json."""
    peers, left_out = peers_of(options)
    for sentence in left_out:
        print(sentence, file=sys.stderr)
    known = STACKS if options.stacks else SHAPES
    shapes = [(name, spec_path(spec), batch) for name, spec, batch in known if not options.shapes or name in options.shapes]
    results = []
    for threads in options.threads:
        for result in compare(options, peers, shapes, threads):
            results.append(result)
            print(f"{result['shape']}, {threads} threads, {result['pass']}: {summary(result, peers)}", file=sys.stderr)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": {peer.name: peer.version for peer in peers}, "results": results}, file, indent=1)
    return marker(results, "stacks" if options.stacks else "comparison"), comparison(options, peers, left_out, results)


def summary(result, peers):
    theirs = [(peer.name, result["peers"][peer.key]) for peer in peers if peer.key in result["peers"]]
    return ", ".join([
        f"ours {result['ours'] * 1e3:.3f} ms",
        *(f"{name} {one['seconds'] * 1e3:.3f} ms ({one['best']}) {one['ratio']:.1f}x" for name, one in theirs),
        f"{result['limitSeconds'] / result['ours best'] * 100:.0f} % of the limit",
    ])


def growth(options):
    """How our time grows with each size; for stacks, how that of a sparse layer does with the share of windows that its experts take."""
    what, spec, batch = ("share", "specs/fashion-stack.json", 50) if options.stacks else ("growth", "specs/wide.json", 64)
    measured = subprocess.run([*options.ours, what, spec_path(spec), str(batch), "1"], stdout=subprocess.PIPE, text=True)
    if measured.returncode:
        raise SystemExit(measured.returncode)
    return f"{machine()}, 1 thread; shortest times of seven turns, the sizes of a row timed one after another.\n\n{measured.stdout}"


def parse():
    parser = argparse.ArgumentParser(
        prog="benchmarks/compare/run.sh", description="Times emitted models in turns with PyTorch, libtorch and ONNX Runtime, and shows how time grows.")
    parser.add_argument("--stacks", action="store_true", help="the stacks of layers in place of the networks of one layer")
    parser.add_argument("--shapes", nargs="+", choices=[shape for shape, _, _ in SHAPES + STACKS], help="only these shapes")
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
    foreign = [shape for shape in options.shapes or [] if shape not in [name for name, _, _ in (STACKS if options.stacks else SHAPES)]]
    if foreign:
        parser.error(f"--shapes {' '.join(foreign)}: {'not a stack; leave --stacks out' if options.stacks else 'a stack; add --stacks'}")
    if options.stacks:
        options.peers = [peer for peer in options.peers or STACK_PEERS if peer in STACK_PEERS]
    options.shown = "".join(f" {argument}" for argument in sys.argv[1 : sys.argv.index("--ours")])
    return options


def main():
    options = parse()
    tables = [] if options.no_compare else [compared(options)]

    # The table of growth is that of the machine's widest vectors.
    if not options.no_growth and not is_limited(options):
        tables.append(("share" if options.stacks else "growth", growth(options)))
    for name, text in tables:
        print(text)
        if options.write:
            replace(os.path.join(ROOT, "docs", "performance.md"), name, text)


try:
    main()
except KeyboardInterrupt:
    raise SystemExit(130)
