"""Checks and measures the emitted kernels on one GPU, each part within its share of the time; see README.md."""

import argparse
import json
import os
import sys
import time

import parts
from programs import Programs
from report import write_report

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    options = arguments()
    out = os.path.abspath(options.out)
    os.makedirs(out, exist_ok=True)
    chosen = parts.of(Programs(options, out))
    results = {"device": options.device, "dryRun": options.dry_run, "minutes": options.minutes, "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "parts": {}}
    end = time.monotonic() + 60 * options.minutes
    for i, part in enumerate(chosen):
        # What a part leaves of its share falls to those after it.
        remaining = end - time.monotonic()
        limit = remaining * part.share / sum(later.share for later in chosen[i:])
        print(f"{part.name} (at most {limit:.0f} s)", file=sys.stderr, flush=True)
        results["parts"][part.name] = outcome = part.run(limit)
        print(f"  {outcome['state']}{': ' + outcome['why'] if outcome.get('why') else ''} ({outcome['seconds']:.1f} s)", file=sys.stderr, flush=True)
        results["parityHeld"] = parity_held(results["parts"])
        write(out, results)
    print(os.path.join(out, "results.md"))
    return 1 if results["parityHeld"] is False else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda:0", help="the device of the emitted kernels; PyTorch uses its first CUDA device, or the processor if this is none of CUDA")
    parser.add_argument("--minutes", type=float, default=10, help="the time for everything")
    parser.add_argument("--out", default="results", help="the folder of results.json and results.md")
    parser.add_argument("--dry-run", action="store_true", help="tiny sizes: shows that everything works, measures nothing; for --device cpu and opencl:0")
    parser.add_argument("--only", nargs="+", metavar="PART", help=f"some of the parts: {', '.join(parts.NAMES)}")
    parser.add_argument("--bin", default=os.path.join(HERE, "bin"), help="the folder of pmoe and GpuBench")
    parser.add_argument("--specs", default=os.path.join(HERE, "specs"))
    parser.add_argument("--golden", default=os.path.join(HERE, "golden"))
    options = parser.parse_args()
    unknown = set(options.only or []) - set(parts.NAMES)
    if unknown:
        parser.error(f"--only {' '.join(sorted(unknown))}: there is no such part. The parts are {', '.join(parts.NAMES)}.")
    return options


def parity_held(done):
    """Whether every check of parity that was to be made was made, and held; None if none was to be made."""
    checks = [outcome for name, outcome in done.items() if name.startswith("parity")]
    if not checks:
        return None
    return all(outcome["state"] == "done" and outcome["results"] and all(result["held"] for result in outcome["results"]) for outcome in checks)


def write(out, results):
    """Both files, whole or not at all: a run that is killed leaves what was done until then."""
    for name, text in (("results.json", json.dumps(results, indent=1)), ("results.md", write_report(results))):
        path = os.path.join(out, name)
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".part", path)


if __name__ == "__main__":
    sys.exit(main())
