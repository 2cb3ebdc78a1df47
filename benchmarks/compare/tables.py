"""The results as Markdown, and the place in docs/performance.md where they belong."""

import datetime
import os
import platform

import processor
from programs import OURS_AVX2, PEERS_AVX2
from timing import ROUNDS

# The class of vectors that each table of docs/performance.md was measured with, by their width on x86.
CLASSES = {512: "avx512", 256: "avx2"}


def comparison(options, peers, left_out, results):
    """The heading, our times beside the peers', and our times beside the machine's limits."""
    return f"{about(options, peers, left_out, results)}\n{times(peers, results)}\n{limits(results)}"


def marker(results, table):
    """The name of the markers around the table of these results' class."""
    bits = results[0]["limits"]["vectorBits"]
    if bits not in CLASSES:
        raise SystemExit(f"docs/performance.md has no table for {bits}-bit vectors; nothing was written")
    return f"{table}-{CLASSES[bits]}"


def times(peers, results):
    lines = [
        f"| shape | B | threads | pass | ours, ms | {' | '.join(f'{peer.title()}, ms | ratio' for peer in peers)} |",
        "|---|---|---|---|---|" + "---|---|" * len(peers),
    ]
    for r in results:
        cells = " | ".join(time_and_ratio(r["peers"].get(peer.key)) for peer in peers)
        lines.append(f"| `{r['shape']}` | {r['batch']} | {r['threads']} | {r['pass']} | {r['ours'] * 1e3:.3f} | {cells} |")
    return "\n".join(lines) + "\n"


def time_and_ratio(result):
    return f"{result['seconds'] * 1e3:.3f} {result['best']} | **{result['ratio']:.1f}×**" if result else "– | –"


def limits(results):
    lines = ["| shape | B | threads | pass | ours undisturbed, ms | GFLOP | GFLOP/s | limit, ms | bound by | share | ceiling |", "|---|---|---|---|---|---|---|---|---|---|---|"]
    for r in results:
        lines.append(
            f"| `{r['shape']}` | {r['batch']} | {r['threads']} | {r['pass']} | {r['ours best'] * 1e3:.3f} | {r['flops'] / 1e9:.3f} | {r['flops'] / r['ours best'] / 1e9:.0f} "
            f"| {r['limitSeconds'] * 1e3:.3f} | {r['boundBy']} | {r['limitSeconds'] / r['ours best'] * 100:.0f} % | {ceiling(r)} |")
    return "\n".join(lines) + "\n"


def ceiling(result):
    """The ratio to the fastest library that a pass at the machine's limit would have: what is measured, divided by our share of the limit."""
    ratios = [peer["ratio"] for peer in result["peers"].values()]
    return f"{min(ratios) * result['ours best'] / result['limitSeconds']:.1f}×" if ratios else "–"


def about(options, peers, left_out, results):
    """The machine, the vectors in use, the versions and the limits that the numbers were measured with."""
    best = []
    for threads in sorted({r["threads"] for r in results}):
        limit = max((r["limits"] for r in results if r["threads"] == threads), key=lambda one: one["flops"])
        best.append(f"{threads} {'thread' if threads == 1 else 'threads'} {limit['flops'] / 1e9:.0f} GFLOP/s and {limit['memoryBandwidth'] / 1e9:.1f} GB/s from memory")
    lines = [
        f"{machine()}. Ours: **{results[0]['limits']['vectors']}**.{on_other_vectors(options, peers, results)}",
        *left_out,
        f"{', '.join(f'{peer.name} {peer.version}{peer.note}' for peer in peers)}; medians of at least {-(-options.runs // ROUNDS) * ROUNDS}. "
        f"Limits, best of the run: {'; '.join(best)}. Command: `benchmarks/compare/run.sh{options.shown}`",
    ]
    return "\n\n".join(lines) + "\n"


def on_other_vectors(options, peers, results):
    """A sentence on peers that use wider vectors than ours do, and one on what limits the others."""
    if results[0]["limits"]["vectorBits"] >= 512 or "avx512f" not in processor.flags():
        return ""
    wide = [peer for peer in peers if not options.avx2 or peer.key == "onnxruntime"]
    text = ""
    if options.avx2 and len(wide) < len(peers):
        text += f" {', '.join(peer.name for peer in peers if peer not in wide)}: limited to AVX2 ({' '.join(f'{name}={value}' for name, value in PEERS_AVX2.items())})."
    if wide:
        names = ", ".join(peer.name for peer in wide)
        text += f" {names}: not limited, AVX-512 where {'they have' if len(wide) > 1 else 'it has'} kernels for it{'; nothing can limit ONNX Runtime' if options.avx2 else ''}."
    return text


def is_limited(options):
    """Whether a setting keeps our code from the machine's widest vectors."""
    return options.avx2 or any(os.environ.get(name) == value for name, value in OURS_AVX2.items())


def machine():
    return f"{datetime.date.today().isoformat()}, {processor.name()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


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
