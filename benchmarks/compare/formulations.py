"""The pMoE layer as a skilled PyTorch user would write it, in several ways. All compute the same result; which is fastest depends on the sizes."""

import torch
from torch import Tensor, nn
from typing import Final, List, Tuple


class PatchMoE(nn.Module):
    """Patches, routing, gates, head; a subclass implements how the chosen patches reach their experts."""

    gate: Final[str]
    taken: Final[int]
    divisor: Final[float]
    grid: Final[List[int]]

    def __init__(self, model, weights):
        super().__init__()
        layer = model["layers"][0]
        self.gate = layer.get("gate", "none")
        self.taken = layer["patchesPerExpert"]
        self.grid = grid_of(model["input"])
        patches = model["input"]["patches"] if self.grid[0] == 0 else self.grid[0] * self.grid[2]
        self.divisor = float({"selected": self.taken, "all": patches, "sum": 1}[layer.get("pooling", "selected")])

        trained_head = model["head"]["kind"] == "linear"
        self.router = nn.Parameter(weights["layers.0.router.weight"], requires_grad=self.gate != "none")
        self.experts = nn.Parameter(weights["layers.0.experts.weight"])
        self.head = nn.Parameter(weights["head.weight"], requires_grad=trained_head)
        bias = weights.get("head.bias", torch.zeros(len(self.head)))
        self.bias = nn.Parameter(bias, requires_grad="head.bias" in weights)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.cut(x)
        index, gates = self.route(patches)
        pooled = self.pool(patches, index, gates) / self.divisor
        return torch.addmm(self.bias, pooled, self.head.t())

    def cut(self, x: Tensor) -> Tensor:
        """[B, H, W, C] to [B, n, d]; vectors stay as they are."""
        if self.grid[0] == 0:
            return x
        rows, height, columns, width, channels = self.grid[0], self.grid[1], self.grid[2], self.grid[3], self.grid[4]
        windows = x.view(x.size(0), rows, height, columns, width, channels)
        return windows.permute(0, 1, 3, 2, 4, 5).reshape(x.size(0), rows * columns, height * width * channels)

    def route(self, patches: Tensor) -> Tuple[Tensor, Tensor]:
        """The l best patches of each expert and their gate values, both [B, l, k]."""
        if self.gate == "none":
            with torch.no_grad():
                index = (patches @ self.router.t()).topk(self.taken, dim=1)[1]
            return index, torch.ones(1, 1, 1)
        scores = patches @ self.router.t()
        best, index = scores.topk(self.taken, dim=1)
        if self.gate == "softmaxSelected":
            return index, best.softmax(1)
        if self.gate == "softmaxAll":
            return index, scores.softmax(1).gather(1, index)
        return index, best.sigmoid()

    def pool(self, patches: Tensor, index: Tensor, gates: Tensor) -> Tensor:
        """The gated sums of the experts' neurons, [B, k * M]."""
        raise NotImplementedError()


class GatherBmm(PatchMoE):
    """torch.gather the chosen patches of every expert, then one batched product."""

    def pool(self, patches: Tensor, index: Tensor, gates: Tensor) -> Tensor:
        batch, n, d = patches.size(0), patches.size(1), patches.size(2)
        k, neurons = self.experts.size(0), self.experts.size(1)
        places = index.permute(2, 0, 1).unsqueeze(3).expand(k, batch, self.taken, d)
        chosen = patches.unsqueeze(0).expand(k, batch, n, d).gather(2, places).view(k, batch * self.taken, d)
        hidden = torch.bmm(chosen, self.experts.transpose(1, 2)).relu().view(k, batch, self.taken, neurons)
        if self.gate != "none":
            hidden = hidden * gates.permute(2, 0, 1).unsqueeze(3)
        return hidden.sum(2).permute(1, 0, 2).reshape(batch, k * neurons)


class RowsBmm(PatchMoE):
    """index_select the chosen patches as whole rows, then one batched product."""

    def pool(self, patches: Tensor, index: Tensor, gates: Tensor) -> Tensor:
        batch, n, d = patches.size(0), patches.size(1), patches.size(2)
        k, neurons = self.experts.size(0), self.experts.size(1)
        rows = (index + n * torch.arange(batch).view(batch, 1, 1)).permute(2, 0, 1).reshape(-1)
        chosen = patches.reshape(batch * n, d).index_select(0, rows).view(k, batch * self.taken, d)
        hidden = torch.bmm(chosen, self.experts.transpose(1, 2)).relu().view(k, batch, self.taken, neurons)
        if self.gate != "none":
            hidden = hidden * gates.permute(2, 0, 1).unsqueeze(3)
        return hidden.sum(2).permute(1, 0, 2).reshape(batch, k * neurons)


class PerExpert(PatchMoE):
    """index_select and one product for each expert in turn."""

    def pool(self, patches: Tensor, index: Tensor, gates: Tensor) -> Tensor:
        batch, n, d = patches.size(0), patches.size(1), patches.size(2)
        k, neurons = self.experts.size(0), self.experts.size(1)
        rows = (index + n * torch.arange(batch).view(batch, 1, 1)).permute(2, 0, 1).reshape(k, batch * self.taken)
        flat = patches.reshape(batch * n, d)
        outputs: List[Tensor] = []
        for s in range(k):
            hidden = (flat.index_select(0, rows[s]) @ self.experts[s].t()).relu().view(batch, self.taken, neurons)
            if self.gate != "none":
                hidden = hidden * gates[:, :, s].unsqueeze(2)
            outputs.append(hidden.sum(1))
        return torch.cat(outputs, 1)


class DenseMask(PatchMoE):
    """One product of all patches with all neurons; a mask of gate values keeps the chosen ones."""

    def pool(self, patches: Tensor, index: Tensor, gates: Tensor) -> Tensor:
        batch, n, d = patches.size(0), patches.size(1), patches.size(2)
        k, neurons = self.experts.size(0), self.experts.size(1)
        hidden = (patches.reshape(batch * n, d) @ self.experts.view(k * neurons, d).t()).relu().view(batch, n, k, neurons)
        mask = torch.zeros(batch, n, k).scatter(1, index, gates.expand(index.size(0), index.size(1), index.size(2)))
        return (hidden * mask.unsqueeze(3)).sum(1).view(batch, k * neurons)


def grid_of(spec):
    """[rows, patch height, columns, patch width, channels] of an image whose patches tile it; zeros for vectors."""
    if spec["kind"] == "vectors":
        return [0] * 5
    height, width = spec["patch"]
    if spec.get("stride", spec["patch"]) != spec["patch"] or spec["height"] % height or spec["width"] % width:
        raise SystemExit("the comparison is written for patches that tile the image")
    return [spec["height"] // height, height, spec["width"] // width, width, spec.get("channels", 1)]


def formulations(model, weights):
    """All formulations by name, each plain and compiled by torch.jit.script; each has its own weights."""

    def fresh():
        return {name: tensor.clone() for name, tensor in weights.items()}

    plain = {"gather+bmm": GatherBmm, "rows+bmm": RowsBmm, "per expert": PerExpert, "dense+mask": DenseMask}
    modules = {name: kind(model, fresh()) for name, kind in plain.items()}
    modules.update({f"{name}, script": torch.jit.script(kind(model, fresh())) for name, kind in plain.items()})
    return modules
