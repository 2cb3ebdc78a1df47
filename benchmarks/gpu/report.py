"""results.md: the tables of a run."""

import os


def write_report(results):
    parts = results["parts"]
    blocks = [f"# Emitted kernels on {device_name(parts) or results['device']}"]
    if results["dryRun"]:
        blocks.append("A dry run with tiny sizes: the times below say nothing about any device.")
    held = {True: "held", False: "**did not hold, or was not shown**", None: "was not checked"}[results.get("parityHeld")]
    blocks.append(f"Started {results['started']}; parity {held}.")
    blocks.append(table(["part", "outcome", "seconds"], [[name, outcome_text(outcome), f"{outcome['seconds']:.1f}"] for name, outcome in parts.items()]))
    for writer in (machine, parity, training, timing, processor, registers, sanitizer, profile):
        blocks += writer(parts)
    return "\n\n".join(blocks) + "\n"


def outcome_text(outcome):
    return outcome["state"] + (f": {outcome['why']}" if outcome.get("why") else "")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def device_name(parts):
    limits = next(iter(parts.get("timing emitted", {}).get("results", [])), {})
    return " ".join(limits["device"].split()) if "device" in limits else None


def machine(parts):
    found = next(iter(parts.get("machine", {}).get("results", [])), None)
    if found is None:
        return []
    return ["## Machine", table(["", ""], [[key, value] for key, value in found.items() if key not in ("backends", "tools")] + [["tools", ", ".join(found["tools"]) or "none"]])]


def parity(parts):
    rows, problems = [], []
    for name, outcome in parts.items():
        if name.startswith("parity") and outcome["results"]:
            checks = outcome["results"]
            worst = max((check for check in checks if isinstance(check.get("worst"), (int, float))), key=lambda check: check["worst"], default=None)
            rows.append([
                name, len(checks), sum(check["held"] for check in checks),
                f"{worst['worst']:.3f} of the allowed error ({worst['name']}, {worst['where']})" if worst else "—",
            ])
            problems += [f"* {check['check']} {check['name']}: {check['problem']}" for check in checks if not check["held"]]
    return ["## Parity", table(["", "checks", "held, twice with the same bits", "worst"], rows), *(["\n".join(problems)] if problems else [])] if rows else []


def training(parts):
    outcome = parts.get("training")
    if not outcome or not outcome["results"]:
        return []
    rows = []
    for result in outcome["results"]:
        if "problem" in result:
            rows.append([result["spec"], "—", "—", "—", "—", result["problem"]])
        else:
            cpu, device = result["cpu"], result["ilgpu"]
            rows.append([result["spec"], cpu["testAccuracy"], device["testAccuracy"], number(cpu["trainSeconds"]), number(device["trainSeconds"]), "yes" if result["reached"] else "**no**"])
    return ["## Training", table(["spec", "accuracy, CPU", "accuracy, device", "seconds, CPU", "seconds, device", "as accurate"], rows)]


def timing(parts):
    lines = parts.get("timing emitted", {}).get("results", [])
    others = {}
    for name, outcome in parts.items():
        for line in outcome["results"] if name.startswith("timing torch") else []:
            if "forward" in line or "problem" in line:
                others.setdefault((shape_of(line["spec"]), line["tf32"]), []).append(line)
    if not lines:
        return []
    limits, rows, failures = lines[0], [], []
    for line in lines[1:]:
        shape = shape_of(line["spec"])
        if "problem" in line:
            failures.append(f"* {shape}: {line['problem']}")
            continue
        for kind in ("forward", "step"):
            seconds, work = line[kind], line[kind + "Work"]
            exact, tensor = best(others.get((shape, False), []), kind), best(others.get((shape, True), []), kind)
            rows.append([
                shape, line["batch"], kind, milliseconds(seconds), *compared(exact, kind, seconds), *compared(tensor, kind, seconds),
                rate(work["bytes"], seconds, limits["bytesPerSecond"]), rate(work["flops"], seconds, limits["flopsPerSecond"]),
            ])
    for (shape, tf32), found in sorted(others.items()):
        failures += [f"* {shape}, PyTorch {line['formulation']}, {line['mode']}{', TF32' if tf32 else ''}: {line['problem']}" for line in found if "problem" in line]
    head = ["shape", "batch", "pass", "emitted, ms", "PyTorch's best, ms", "times faster", "with TF32, ms", "times faster", "GB/s (of limit)", "GFLOP/s (of limit)"]
    return [
        "## Time", f"Limits measured in this run: {limits['bytesPerSecond'] / 1e9:.1f} GB/s (copy), {limits['flopsPerSecond'] / 1e9:.1f} GFLOP/s (float32 multiply-add).",
        table(head, rows), *(["\n".join(failures)] if failures else []),
    ]


def processor(parts):
    lines = parts.get("timing processor", {}).get("results", [])
    if not lines:
        return []
    rows, failures = [], []
    for line in lines:
        if "problem" in line:
            by = "emitted" if line["by"] == "emitted" else f"PyTorch {line['formulation']}, {line['mode']}"
            failures.append(f"* {shape_of(line['spec'])}, {line['threads']} threads, {by}: {line['problem']}")
        elif line["by"] == "emitted":
            others = [other for other in lines if other["by"] == "torch" and (other["spec"], other["threads"]) == (line["spec"], line["threads"])]
            for kind in ("forward", "step"):
                rows.append([shape_of(line["spec"]), line["batch"], line["threads"], kind, milliseconds(line[kind]), f"{100 * line['share'][kind]:.0f} %", *compared(best(others, kind), kind, line[kind])])
    head = ["shape", "batch", "threads", "pass", "emitted, ms", "of the limit", "PyTorch's best, ms", "times faster"]
    return ["## Time on the processor", table(head, rows), *(["\n".join(failures)] if failures else [])]


def best(lines, kind):
    """PyTorch's fastest formulation; None if none was timed."""
    return min((line for line in lines if kind in line), key=lambda line: line[kind], default=None)


def compared(line, kind, seconds):
    return [f"{milliseconds(line[kind])} ({line['formulation']}, {line['mode']})", f"{line[kind] / seconds:.2f}"] if line else ["—", "—"]


def shape_of(path):
    return os.path.splitext(os.path.basename(path))[0]


def milliseconds(seconds):
    return f"{seconds * 1e3:.3f}"


def number(value):
    return "—" if value is None else f"{value:.1f}"


def rate(amount, seconds, limit):
    return f"{amount / seconds / 1e9:.1f} ({100 * amount / seconds / limit:.0f} %)"


def registers(parts):
    results = parts.get("registers by ptxas", {}).get("results", [])
    rows = [[r["spec"], r["kernel"], r["architecture"], r["estimate"], r["registers"] if r["registers"] is not None else r["problem"], r["spills"]] for r in results]
    return ["## Registers", table(["spec", "kernel", "architecture", "estimate", "ptxas", "bytes spilled"], rows)] if rows else []


def sanitizer(parts):
    rows = [[r["tool"], ", ".join(r["cases"]), r["summary"] or "no summary"] for name in parts if name.startswith("sanitizer") for r in parts[name]["results"]]
    return ["## compute-sanitizer", table(["tool", "golden cases", "summary"], rows)] if rows else []


def profile(parts):
    results = parts.get("profile", {}).get("results", [])
    if not results:
        return []
    head = [key for key in results[0] if key != "kernel"]
    return ["## Profile", table(["kernel", *head], [[row["kernel"], *[row.get(key, "—") for key in head]] for row in results])]
