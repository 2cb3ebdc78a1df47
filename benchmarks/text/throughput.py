"""Training throughput of PyTorch's EmbeddingBag and a linear layer, on the tokens that 'throughput' of this project wrote.

  python3 throughput.py FOLDER VOCABULARY DIMENSION BATCH EPOCHS adam|sgd

One thread; the gradient of the table is sparse, which is the fastest way; SparseAdam or SGD for it, Adam or SGD for the linear layer. Prints the median over the epochs but the first.
"""

import os
import sys
import time

folder, optimizer = sys.argv[1], sys.argv[6]
vocabulary, dimension, batch, epochs = map(int, sys.argv[2:6])
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy
import torch

torch.set_num_threads(1)
torch.manual_seed(1)


def read(name):
    return numpy.fromfile(os.path.join(folder, name), dtype=numpy.int32).astype(numpy.int64)


tokens, ends, labels = read("tokens.bin"), read("ends.bin"), torch.from_numpy(read("labels.bin"))
texts = [torch.from_numpy(part) for part in numpy.split(tokens, ends[:-1])]
lengths = torch.tensor([len(text) for text in texts])

table = torch.nn.EmbeddingBag(vocabulary, dimension, mode="mean", sparse=True)
linear = torch.nn.Linear(dimension, 2)
torch.nn.init.normal_(table.weight, std=dimension**-0.5)
if optimizer == "adam":
    rules = [torch.optim.SparseAdam(table.parameters(), lr=0.01), torch.optim.Adam(linear.parameters(), lr=0.01)]
else:
    rules = [torch.optim.SGD([*table.parameters(), *linear.parameters()], lr=0.1)]

seconds = []
for epoch in range(epochs):
    started = time.perf_counter()
    total = 0.0
    order = torch.randperm(len(texts)).tolist()
    for first in range(0, len(order), batch):
        some = order[first : first + batch]
        starts = torch.cumsum(lengths[some], 0) - lengths[some]
        logits = linear(table(torch.cat([texts[i] for i in some]), starts))
        loss = torch.nn.functional.cross_entropy(logits, labels[some])
        for rule in rules:
            rule.zero_grad()
        loss.backward()
        for rule in rules:
            rule.step()
        total += loss.item() * len(some)
    seconds.append(time.perf_counter() - started)

median = sorted(seconds[1:])[(len(seconds) - 1) // 2]
print("program,optimizer,batch,tokens,millions of tokens a second,loss")
print(f"torch {torch.__version__},{optimizer},{batch},{len(tokens)},{len(tokens) / median / 1e6:.2f},{total / len(texts):.4f}")
