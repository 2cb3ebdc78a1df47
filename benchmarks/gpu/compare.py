"""Emitted kernels against PyTorch on the same device: forward pass and training step; see README.md."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def time_of(torch, device, call, seconds):
    """Seconds of one call: the median of five rounds of many calls, after warm-up rounds."""
    def wait():
        if device == "cuda":
            torch.cuda.synchronize()

    def round_of(calls):
        wait()
        started = time.perf_counter()
        for _ in range(calls):
            call()
        wait()
        return (time.perf_counter() - started) / calls

    once = round_of(1)
    if seconds == 0:
        return once
    calls = max(1, min(100_000, int(seconds / 5 / max(round_of(3), 1e-7))))
    return statistics.median(round_of(calls) for _ in range(5))


def bench_torch(shapes, device, seconds, tf32):
    """Times of eager PyTorch and of torch.compile, by shape; a mode that fails is reported and left out."""
    import torch
    from torch_models import PatchMoE, loss_of, sample_shape

    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    modes = {"eager": lambda call: call}
    if hasattr(torch, "compile"):
        modes["compile"] = lambda call: torch.compile(call, mode="max-autotune-no-cudagraphs")
    results = {}
    for shape in shapes:
        with open(shape["path"], encoding="utf-8") as file:
            model = json.load(file)["model"]
        for mode, wrap in modes.items():
            try:
                torch.manual_seed(1)
                network = PatchMoE(model).to(device)
                x = torch.randn(shape["batch"], *sample_shape(model["input"]), device=device)
                if model["loss"] == "logistic":
                    y = torch.randint(0, 2, (shape["batch"],), device=device) * 2 - 1
                else:
                    y = torch.randint(0, model["head"]["outputs"], (shape["batch"],), device=device)
                optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=1e-3)
                forward = wrap(network)

                def infer():
                    with torch.no_grad():
                        forward(x)

                def step():
                    optimizer.zero_grad(set_to_none=True)
                    loss_of(model, forward(x), y).backward()
                    optimizer.step()

                results[shape["name"], mode] = {"forward": time_of(torch, device, infer, seconds), "step": time_of(torch, device, step, seconds)}
            except Exception as failure:
                print(f"torch {mode} on {shape['name']}: {type(failure).__name__}: {failure}", file=sys.stderr)
    return results, torch.__version__


def bench_emitted(shapes, device, seconds):
    """Times of the emitted kernels by shape, and the device's limits."""
    command = ["dotnet", "run", "--project", os.path.join(HERE, "GpuBench"), "-c", "Release", "--", device, str(seconds)]
    for shape in shapes:
        command += [shape["path"], str(shape["batch"])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit("GpuBench failed; its message is above.")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines[0], {shape["name"]: line for shape, line in zip(shapes, lines[1:])}


def report(shapes, limits, emitted, torch_times):
    """A table in Markdown."""
    print(f"limits measured: {limits['bytesPerSecond'] / 1e9:.1f} GB/s (copy), {limits['flopsPerSecond'] / 1e9:.1f} GFLOP/s (float32 multiply-add)\n")
    print("| shape | batch | pass | emitted, ms | eager, ms | compile, ms | times faster than PyTorch's best | GB/s (of limit) | GFLOP/s (of limit) |")
    print("|---|---|---|---|---|---|---|---|---|")
    for shape in shapes:
        for name in ("forward", "step"):
            seconds, work = emitted[shape["name"]][name], emitted[shape["name"]][name + "Work"]
            others = [torch_times.get((shape["name"], mode), {}).get(name) for mode in ("eager", "compile")]
            best = min((other for other in others if other), default=None)
            shown = ["—" if other is None else f"{other * 1e3:.3f}" for other in others]
            rates = [
                f"{work[unit] / seconds / 1e9:.1f} ({100 * work[unit] / seconds / limits[limit]:.0f} %)"
                for unit, limit in (("Bytes", "bytesPerSecond"), ("Flops", "flopsPerSecond"))
            ]
            ratio = "—" if best is None else f"{best / seconds:.2f}"
            print(f"| {shape['name']} | {shape['batch']} | {name} | {seconds * 1e3:.3f} | {shown[0]} | {shown[1]} | {ratio} | {rates[0]} | {rates[1]} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="tiny batches on ILGPU's CPU accelerator and on PyTorch's CPU: checks that the script works, but measures nothing")
    parser.add_argument("--device", default="cuda:0", help="the device of the emitted kernels; PyTorch uses its first CUDA device")
    parser.add_argument("--shapes", nargs="*", help="names of shapes.json; all by default")
    parser.add_argument("--seconds", type=float, default=2.0, help="roughly how long one measurement takes")
    parser.add_argument("--tf32", action="store_true", help="let PyTorch use TF32 tensor cores; the emitted kernels always compute in float32")
    options = parser.parse_args()
    with open(os.path.join(HERE, "shapes.json"), encoding="utf-8") as file:
        shapes = [shape for shape in json.load(file) if not options.shapes or shape["name"] in options.shapes]
    for shape in shapes:
        shape["path"] = os.path.join(ROOT, shape["spec"])
        shape["batch"] = 1 if options.dry_run else shape["batch"]
    device, torch_device, seconds = ("cpu", "cpu", 0) if options.dry_run else (options.device, "cuda", options.seconds)
    torch_times, version = bench_torch(shapes, torch_device, seconds, options.tf32)
    limits, emitted = bench_emitted(shapes, device, seconds)
    if options.dry_run:
        print("A dry run: the numbers below say nothing about any GPU.\n")
    print(f"{limits['device'].strip()}; PyTorch {version} on {torch_device}, TF32 {'on' if options.tf32 else 'off'}")
    report(shapes, limits, emitted, torch_times)


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    main()
