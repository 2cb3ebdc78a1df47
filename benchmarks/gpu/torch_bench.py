"""Times PyTorch on the benchmark's shapes: every formulation of formulations.py, eager or through torch.compile. One line of JSON for each time or failure."""

import argparse
import json
import math
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="+", metavar="SPEC=BATCH")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=1.0, help="roughly how long one measurement takes; 0 for a single call, which measures nothing")
    parser.add_argument("--mode", default="eager", help="eager, or a mode of torch.compile")
    parser.add_argument("--tf32", action="store_true", help="allow TF32 tensor cores")
    parser.add_argument("--threads", type=int, help="threads of the processor; PyTorch's own choice without it")
    options = parser.parse_args()

    import torch

    if options.threads:
        torch.set_num_threads(options.threads)

    torch.backends.cuda.matmul.allow_tf32 = options.tf32
    torch.backends.cudnn.allow_tf32 = options.tf32
    bench = Bench(torch, options)
    write({"torch": torch.__version__, "device": bench.name()})
    for shape in options.shapes:
        path, batch = shape.rsplit("=", 1)
        bench.time_shape(path, int(batch))


class Bench:
    def __init__(self, torch, options):
        self.torch, self.options = torch, options
        self.on_gpu = options.device != "cpu"

    def name(self):
        return self.torch.cuda.get_device_name() if self.on_gpu else "cpu"

    def time_shape(self, path, batch):
        """All formulations, forward and step; one that fails does not stop the others."""
        sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "compare")]
        import formulations

        torch = self.torch
        with open(path, encoding="utf-8") as file:
            model = json.load(file)["model"]
        kinds = {"gather+bmm": formulations.GatherBmm, "rows+bmm": formulations.RowsBmm, "per expert": formulations.PerExpert, "dense+mask": formulations.DenseMask}
        for name, kind in kinds.items():
            result = {"spec": path, "batch": batch, "formulation": name, "mode": self.options.mode, "tf32": self.options.tf32}
            try:
                result.update(self.time_module(model, lambda: kind(model, weights_of(torch, model)), batch))
            except Exception as failure:  # out of memory, or what torch.compile cannot do
                result["problem"] = f"{type(failure).__name__}: {str(failure).splitlines()[0] if str(failure) else ''}"[:300]
            write(result)
            if self.on_gpu:
                torch.cuda.empty_cache()

    def time_module(self, model, create, batch):
        torch, device = self.torch, self.options.device
        torch.manual_seed(1)
        previous = torch.get_default_dtype()
        with Placed(torch, device):
            module = create().to(device)
            x = torch.randn(batch, *sample_shape(model["input"]), device=device)
            if model["loss"] == "logistic":
                labels = (torch.randint(0, 2, (batch, 1), device=device) * 2 - 1).to(previous)
            else:
                labels = torch.randint(0, model["head"]["outputs"], (batch,), device=device)
            optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=1e-6)
            forward = module if self.options.mode == "eager" else torch.compile(module, mode=self.options.mode)

            def infer():
                with torch.no_grad():
                    forward(x)

            def step():
                optimizer.zero_grad(set_to_none=True)
                loss_of(torch, model, forward(x), labels).backward()
                optimizer.step()

            return {"forward": self.time_of(infer), "step": self.time_of(step)}

    def time_of(self, call):
        """Seconds of one call: the median of five rounds of many calls, after warm-up rounds."""
        once = self.round(call, 1)
        if self.options.seconds == 0:
            return once
        once = self.round(call, 3)
        calls = max(1, min(100_000, int(self.options.seconds / ROUNDS / max(once, 1e-7))))
        return statistics.median(self.round(call, calls) for _ in range(ROUNDS))

    def round(self, call, calls):
        self.wait()
        started = time.perf_counter()
        for _ in range(calls):
            call()
        self.wait()
        return (time.perf_counter() - started) / calls

    def wait(self):
        if self.on_gpu:
            self.torch.cuda.synchronize()


class Placed:
    """Within it, the tensors that a formulation makes are on the device; PyTorch before 2.0 has only the processor's."""

    def __init__(self, torch, device):
        self.torch, self.device = torch, device

    def __enter__(self):
        if hasattr(self.torch, "set_default_device"):
            self.torch.set_default_device(self.device)

    def __exit__(self, *failure):
        if hasattr(self.torch, "set_default_device"):
            self.torch.set_default_device("cpu")


def weights_of(torch, model):
    """Weights of a usual size, by their names in a weights file."""
    layer, head = model["layers"][0], model["head"]
    dimension = sample_dimension(model["input"])
    experts, neurons, outputs = layer["experts"], layer["neuronsPerExpert"], head.get("outputs", 1)
    weights = {
        "layers.0.router.weight": torch.randn(experts, dimension) / math.sqrt(dimension),
        "layers.0.experts.weight": torch.randn(experts, neurons, dimension) / math.sqrt(dimension),
        "head.weight": torch.randn(outputs, experts * neurons) / math.sqrt(experts * neurons),
    }
    if head.get("bias"):
        weights["head.bias"] = torch.zeros(outputs)
    return weights


def sample_dimension(kind):
    """d."""
    return kind["dimension"] if kind["kind"] == "vectors" else kind["patch"][0] * kind["patch"][1] * kind.get("channels", 1)


def sample_shape(kind):
    """The shape of one sample."""
    return (kind["patches"], kind["dimension"]) if kind["kind"] == "vectors" else (kind["height"], kind["width"], kind.get("channels", 1))


def loss_of(torch, model, logits, labels):
    """The mean loss; labels are -1 and +1 for the logistic loss."""
    if model["loss"] == "logistic":
        return torch.nn.functional.softplus(-labels * logits).mean()
    return torch.nn.functional.cross_entropy(logits, labels)


def write(result):
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
