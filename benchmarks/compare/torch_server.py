"""Answers timing requests for PyTorch: torch_server.py FOLDER THREADS, then lines on standard input, one JSON line back for each.

FOLDER holds spec.json, weights.safetensors, input.npy, labels.npy and, to compare with, logits.npy, gradients.safetensors and loss.txt.
  names               the formulations, the passes and the version
  check NAME          the largest errors of logits, loss and gradients, relative to the largest absolute value
  time NAME PASS N    N single times in seconds, or more if the pass is short, after untimed runs of the same pass; PASS is forward or step
"""

import json
import os
import struct
import sys
import time

folder, threads = sys.argv[1], int(sys.argv[2])
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(threads)

import numpy
import torch
from torch.nn.functional import cross_entropy, softplus

from formulations import formulations

LEARNING_RATE = 1e-6

# Untimed, after the other program's turn, so that clocks, caches and threads are as in a training loop; Turn.cs has the same value.
UNTIMED_SECONDS = 0.15

# A few runs of a pass that takes microseconds say little.
TIMED_SECONDS = 0.02


def read_safetensors(name):
    with open(os.path.join(folder, name), "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: torch.from_numpy(numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]).copy())
        for name, entry in header.items()
        if name != "__metadata__"
    }


def read_npy(name):
    return torch.from_numpy(numpy.load(os.path.join(folder, name)))


def relative_error(ours, theirs):
    return float((ours - theirs).abs().max() / max(float(theirs.abs().max()), 1e-30))


class Job:
    def __init__(self, module, loss, x, labels):
        self.module, self.x = module, x
        self.labels = labels.long() if loss == "softmaxCrossEntropy" else labels.float().view(-1, 1)
        self.loss = cross_entropy if loss == "softmaxCrossEntropy" else lambda logits, y: softplus(-y * logits).mean()
        self.optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=LEARNING_RATE)

    def forward(self):
        with torch.no_grad():
            return self.module(self.x)

    def gradients(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.module(self.x), self.labels)
        loss.backward()
        return loss

    def step(self):
        self.gradients()
        self.optimizer.step()


def check(job):
    names = {"layers.0.router.weight": "router", "layers.0.experts.weight": "experts", "head.weight": "head", "head.bias": "bias"}
    loss = float(job.gradients())
    ours = float(open(os.path.join(folder, "loss.txt")).read())
    errors = {"logits": relative_error(read_npy("logits.npy"), job.forward()), "loss": abs(ours - loss) / max(abs(loss), 1e-30)}
    gradients = read_safetensors("gradients.safetensors")
    for name, tensor in gradients.items():
        errors[name] = relative_error(tensor, getattr(job.module, names[name]).grad)
    return errors


def timed(work, runs):
    began = time.perf_counter()
    while True:
        work()
        if time.perf_counter() - began >= UNTIMED_SECONDS:
            break

    seconds = []
    began = time.perf_counter()
    while len(seconds) < runs or time.perf_counter() - began < TIMED_SECONDS:
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def main():
    torch.set_num_threads(threads)
    model = json.load(open(os.path.join(folder, "spec.json")))["model"]
    x, labels = read_npy("input.npy"), read_npy("labels.npy")
    jobs = {name: Job(module, model["loss"], x, labels) for name, module in formulations(model, read_safetensors("weights.safetensors")).items()}

    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split("\t")
        if command == "names":
            answer = {"names": list(jobs), "passes": ["forward", "step"], "version": torch.__version__}
        elif command == "check":
            answer = check(jobs[arguments[0]])
        else:
            answer = timed(getattr(jobs[arguments[0]], arguments[1]), int(arguments[2]))
        print(json.dumps(answer), flush=True)


main()
