"""Weights and images by a rule that any library can follow: whole numbers scrambled, no generator of random ones."""

import hashlib
import math

import torch

_PRIME = 2**31 - 1


def scrambled(first, count):
    """``2 h / p - 1`` in [-1, 1) with ``h = (48271 i mod p)² mod p`` for ``i`` from ``first``, in 64 bits."""
    h = torch.arange(first, first + count) * 48271 % _PRIME
    return 2.0 * (h * h % _PRIME).double() / _PRIME - 1.0


def fill(network):
    """Give every number of a state dict the next ``s`` of the rule, scaled so that signals keep their size.

    Weights of layers ``s √(6 / fan_in)``, scales ``1 + 0.3 s``, running variances ``1 + 0.5 s``, all others ``0.2 s``.
    """
    at = 1
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            s = scrambled(at, value.numel()).reshape(value.shape)
            at += value.numel()
            if value.ndim > 1:
                s *= math.sqrt(6 / value[0].numel())
            elif name.endswith("running_var"):
                s = 1 + 0.5 * s
            elif name.endswith("weight"):
                s = 1 + 0.3 * s
            else:
                s *= 0.2
            value.copy_(s)


def images():
    """Two of 64x64 pixels in three channels, smooth and rough."""
    y, x = torch.meshgrid(*(torch.arange(64, dtype=torch.float64),) * 2, indexing="ij")
    smooth = torch.stack([torch.sin(0.1 * x + 0.07 * k * y + k) for k in range(3)])
    return torch.stack([smooth, scrambled(1, smooth.numel()).reshape(smooth.shape)])


def first_logits(network):
    """Eight of each image, in double precision and evaluation mode, after ``fill``."""
    network = network.double().eval()
    with torch.no_grad():
        fill(network)
        return network(images())[:, :8].flatten()


def layout(network):
    """A line ``name shape`` per tensor of the state dict."""
    return [f"{name} {'x'.join(map(str, t.shape)) or 'scalar'}" for name, t in network.state_dict().items()]


def digest(lines):
    """Of a layout that would fill pages."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
