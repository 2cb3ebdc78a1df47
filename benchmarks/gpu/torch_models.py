"""The networks of a spec as a skilled PyTorch user writes them: patches are views, the chosen ones are gathered, one einsum computes all experts."""

import math

import torch
from torch import nn
from torch.nn import functional


class PatchMoE(nn.Module):
    """One layer of expertChoice routing on patches that do not overlap, and a head: what the benchmark's shapes use."""

    def __init__(self, model):
        super().__init__()
        layer = model["layers"][0]
        if len(model["layers"]) != 1 or layer["routing"] != "expertChoice" or layer["pooling"] != "selected" or layer.get("bias"):
            raise ValueError("the benchmark supports only one layer with routing expertChoice, pooling selected and no bias")
        self.input = model["input"]
        if self.input["kind"] == "image" and self.input["patch"] != self.input.get("stride", self.input["patch"]):
            raise ValueError("the benchmark supports only patches that do not overlap")
        self.gate, self.taken = layer["gate"], layer["patchesPerExpert"]
        experts, neurons = layer["experts"], layer["neuronsPerExpert"]
        self.patches, self.dimension = shape_of_patches(self.input)
        self.router = nn.Parameter(torch.randn(experts, self.dimension) / math.sqrt(self.dimension), requires_grad=self.gate != "none")
        self.experts = nn.Parameter(torch.randn(experts, neurons, self.dimension) / math.sqrt(self.dimension))
        head = model["head"]
        self.head = nn.Linear(experts * neurons, head["outputs"], bias=head.get("bias", False))
        if head["kind"] == "fixed":
            self.head.requires_grad_(False)

    def forward(self, x):
        x = self.cut(x)
        scores = x @ self.router.t()
        top, chosen = scores.transpose(1, 2).topk(self.taken, dim=2)
        batch, experts, taken = chosen.shape
        rows = x.gather(1, chosen.reshape(batch, -1, 1).expand(-1, -1, self.dimension)).view(batch, experts, taken, self.dimension)
        activations = functional.relu(torch.einsum("bsld,srd->bslr", rows, self.experts))
        if self.gate == "softmaxSelected":
            activations = activations * top.softmax(dim=2).unsqueeze(3)
        elif self.gate == "softmaxAll":
            activations = activations * scores.softmax(dim=1).transpose(1, 2).gather(2, chosen).unsqueeze(3)
        elif self.gate == "sigmoid":
            activations = activations * top.sigmoid().unsqueeze(3)
        return self.head(activations.mean(dim=2).flatten(1))

    def cut(self, x):
        """[B, H, W, C] or [B, n, d] -> [B, n, d]."""
        if self.input["kind"] == "vectors":
            return x
        height, width = self.input["patch"]
        batch, rows, columns, channels = x.shape
        x = x.view(batch, rows // height, height, columns // width, width, channels)
        return x.permute(0, 1, 3, 2, 4, 5).reshape(batch, self.patches, self.dimension)


def shape_of_patches(kind):
    """n and d."""
    if kind["kind"] == "vectors":
        return kind["patches"], kind["dimension"]
    height, width = kind["patch"]
    return (kind["height"] // height) * (kind["width"] // width), height * width * kind["channels"]


def sample_shape(kind):
    """The shape of one sample."""
    return (kind["patches"], kind["dimension"]) if kind["kind"] == "vectors" else (kind["height"], kind["width"], kind["channels"])


def loss_of(model, logits, labels):
    """The mean loss; labels are -1 and +1 for the logistic loss."""
    if model["loss"] == "logistic":
        return functional.softplus(-labels * logits.squeeze(1)).mean()
    return functional.cross_entropy(logits, labels)
