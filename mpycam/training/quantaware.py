"""Fine-tuning under int8: the network feels the rounding that the camera's arithmetic will do.

Weights are rounded symmetrically per output channel, what passes between layers asymmetrically per tensor, and
gradients pass the rounding as if it were not there (B. Jacob et al., Quantization and Training of Neural Networks
for Efficient Integer-Arithmetic-Only Inference, 2018).
"""

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold(network):
    """The same network with every batch norm folded into the convolution before it."""
    network.eval()
    layers = []
    for part in network:
        if isinstance(part, nn.BatchNorm2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], part)
        else:
            layers.append(part)
    return nn.Sequential(*layers)


class _Rounded(torch.autograd.Function):
    @staticmethod
    def forward(context, x, scale, low, high):
        steps = torch.round(x / scale)
        context.save_for_backward((steps >= low) & (steps <= high))
        return steps.clamp(low, high) * scale

    @staticmethod
    def backward(context, gradient):
        (inside,) = context.saved_tensors
        return gradient * inside, None, None, None


class _RoundedWeights(nn.Module):
    """A parametrisation of the weights of a convolution or a linear layer."""

    def forward(self, weight):
        largest = weight.detach().abs().flatten(1).amax(1).clamp(min=1e-8)
        scale = (largest / 127).view(-1, *[1] * (weight.ndim - 1))
        return _Rounded.apply(weight, scale, -127, 127)


class RoundedValues(nn.Module):
    """What passes between two layers, in 255 steps over the range that it has shown."""

    def __init__(self):
        super().__init__()
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.low.copy_(torch.minimum(self.low * 0.999, x.min()))
                self.high.copy_(torch.maximum(self.high * 0.999, x.max()))
        scale = ((self.high - self.low) / 255).clamp(min=1e-8)
        lowest = torch.round(self.low / scale)
        return _Rounded.apply(x, scale, lowest, lowest + 255)


def rounded(network):
    """A folded network that rounds as int8 does; `fold` must have been called before."""
    layers = []
    for index, part in enumerate(network):
        if isinstance(part, nn.Conv2d | nn.Linear):
            nn.utils.parametrize.register_parametrization(part, "weight", _RoundedWeights())
        layers.append(part)
        takes_activation = index + 1 < len(network) and isinstance(network[index + 1], nn.ReLU)
        is_last = isinstance(part, nn.Softmax)
        if not takes_activation and not is_last and not isinstance(part, nn.Flatten | nn.Dropout):
            layers.append(RoundedValues())
    return nn.Sequential(*layers)


def plain(network):
    """The network of `rounded` without its rounding, with the weights that it has learned."""
    layers = []
    for part in network:
        if isinstance(part, RoundedValues):
            continue
        if nn.utils.parametrize.is_parametrized(part):
            nn.utils.parametrize.remove_parametrizations(part, "weight", leave_parametrized=False)
        layers.append(part)
    return nn.Sequential(*layers)
