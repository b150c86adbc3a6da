"""Operations of transformers, whose fused kernels hide products from the library's counter."""

import pytest
import torch

from deepdive.algorithms.inspection import summary
from deepdive.models.transformers.core import Attention
from deepdive.twins.transformers import TRANSFORMERS

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def closed_form(network, inputs):
    """Twice the multiplications: of linear maps with vectors, queries with keys, and weights with values."""
    total = 0

    def linear(module, args, output):
        nonlocal total
        total += 2 * module.in_features * output.numel()

    def attention(module, args, kwargs, output):
        nonlocal total
        x, seen = args[:2]
        b, heads, keys, width = seen.keys.shape
        total += 2 * 2 * b * heads * x.shape[1] * keys * width

    handles = []
    for module in network.modules():
        if type(module).__name__ == "Linear":
            handles.append(module.register_forward_hook(linear))
        elif isinstance(module, Attention):
            handles.append(module.register_forward_hook(attention, with_kwargs=True))
    network(*inputs)
    for handle in handles:
        handle.remove()
    return total


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_operations_are_those_of_linear_maps_and_of_attention(name):
    twin = TRANSFORMERS[name]
    for case in twin.cases:
        inputs = tuple(sample.draw(torch.Generator(), torch.float32).detach() for sample in case.inputs)
        for make in (twin.theirs, twin.ours):
            network = make(**case.arguments)
            assert summary(network, inputs, device="cpu").flops == closed_form(network, inputs)
