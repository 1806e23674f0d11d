"""Structured pruning: whole channels leave a network of the family, those whose batch norm lets least through."""

from dataclasses import replace

import torch
from torch import nn

from mpycam.training.nets import build

FEWEST = 4  # channels that stay in a layer


def prune(network, design, budget):
    """Return (network, design) with the weakest channels gone, at most `budget` multiply-adds."""
    strengths = _strengths(network)
    keep = [torch.arange(count) for count in design.channels]
    while True:
        smaller = replace(design, channels=tuple(len(kept) for kept in keep))
        if smaller.multiply_adds <= budget:
            break
        # Relative to the strongest of its layer, so that no layer starves.
        candidates = [(float(strengths[i][kept].min() / strengths[i].max()), i) for i, kept in enumerate(keep)
                      if len(kept) > FEWEST]  # fmt: skip
        if not candidates:
            break
        _, layer = min(candidates)
        weakest = int(torch.argmin(strengths[layer][keep[layer]]))
        keep[layer] = torch.cat([keep[layer][:weakest], keep[layer][weakest + 1 :]])
    pruned = build(smaller)
    _copy(network, pruned, keep, design)
    return pruned, smaller


def _output_norms(network):
    """The batch norm after each convolution that decides a layer's channels."""
    parts = list(network)
    return [parts[i + 1] for i, part in enumerate(parts) if isinstance(part, nn.Conv2d) and part.groups == 1]


def _strengths(network):
    return [norm.weight.detach().abs() for norm in _output_norms(network)]


def _copy(source, target, keep, design):
    """Copy the weights of the channels that stay."""
    inputs, layer = None, 0  # channels that come in, and the layer whose channels go out
    with torch.no_grad():
        for old, new in zip(source, target, strict=True):
            if isinstance(old, nn.Conv2d):
                weight = old.weight
                if old.groups > 1:
                    outputs = inputs
                    weight = weight[outputs]
                else:
                    outputs = keep[layer]
                    layer += 1
                    weight = weight[outputs] if inputs is None else weight[outputs][:, inputs]
                new.weight.copy_(weight)
                inputs = outputs
            elif isinstance(old, nn.BatchNorm2d):
                for name in ("weight", "bias", "running_mean", "running_var"):
                    getattr(new, name).copy_(getattr(old, name)[inputs])
            elif isinstance(old, nn.Linear):
                weight = old.weight
                if inputs is not None:
                    height, width = design.map_size
                    places = weight.view(weight.shape[0], design.channels[-1], height * width)
                    weight, inputs = places[:, inputs].flatten(1), None
                new.weight.copy_(weight)
                new.bias.copy_(old.bias)
