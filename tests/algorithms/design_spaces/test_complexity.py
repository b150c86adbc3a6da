import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from deepdive.algorithms.design_spaces import (
    Design,
    Designs,
    Frame,
    activations,
    flops,
    parameters,
    regnet_design,
    space_named,
)
from deepdive.models.vision.residual.anynet import AnyNet


def measured(design, frame):
    """Operations, parameters and activations of the network itself, without numbers."""
    with torch.device("meta"):
        stem = "small" if frame.stem_stride == 1 else "imagenet"
        network = AnyNet(frame.num_classes, frame.in_channels, **vars(design), stem=stem, stem_width=frame.stem_width)
        outputs = []
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.register_forward_hook(lambda _, inputs, output: outputs.append(output.numel()))
        with FlopCounterMode(display=False) as counter:
            network.eval()(torch.empty(1, frame.in_channels, *frame.image_size))
    return counter.get_total_flops(), sum(p.numel() for p in network.parameters()), sum(outputs)


@settings(max_examples=8)
@given(
    st.integers(0, 10_000),
    st.tuples(st.integers(1, 70), st.integers(1, 70)),
    st.sampled_from([1, 3]),
    st.sampled_from([1, 2]),
    st.sampled_from(["anynet-a", "regnet"]),
)
def test_the_closed_forms_are_what_a_network_costs(seed, size, channels, stride, space):
    frame = Frame(size, channels, 10, stem_width=8, stem_stride=stride)
    space = space_named(space, stages=3, max_depth=2, max_width=64)
    designs = space.draw(64, torch.Generator().manual_seed(seed)).rows(torch.arange(1))
    [design] = designs.list()
    assert (int(flops(designs, frame)), int(parameters(designs, frame)), int(activations(designs, frame))) == measured(
        design, frame
    )


# Multiply-adds, parameters and activations, in millions, of the paper's model zoo.
@pytest.mark.parametrize(
    ("published", "numbers"),
    [
        ((200, 2.7, 2.2), (13, 24, 36.44, 2.49, 8)),
        ((800, 7.3, 5.1), (16, 56, 35.73, 2.28, 16)),
        ((1600, 9.2, 7.9), (18, 80, 34.01, 2.25, 24)),
        ((3200, 15.3, 11.4), (25, 88, 26.31, 2.25, 48)),
        ((15900, 54.3, 25.5), (22, 216, 55.59, 2.1, 128)),
        ((31700, 107.8, 36.3), (23, 320, 69.86, 2.0, 168)),
    ],
)
def test_the_cost_of_published_networks(published, numbers):
    designs = Designs.of([regnet_design(*numbers)])
    found = [float(cost(designs, Frame())) / 1e6 for cost in (flops, parameters, activations)]
    assert found[0] / 2 == pytest.approx(published[0], rel=0.01)
    assert [round(value, 1) for value in found[1:]] == list(published[1:])


def test_many_designs_cost_what_each_of_them_does():
    designs = [Design((1, 2), (16, 24), (8, 8), (1, 1)), Design((3, 1), (8, 32), (4, 2), (2, 4))]
    together = flops(Designs.of(designs), Frame())
    assert together.tolist() == [int(flops(Designs.of([design]), Frame())) for design in designs]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"image_size": (28, 0)}, r"image_size must be at least 1, got \(28, 0\)"),
        ({"stem_width": 0}, "stem_width must be at least 1, got 0"),
        ({"num_classes": -1}, "num_classes must be at least 1, got -1"),
    ],
)
def test_a_frame_of_nothing_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        Frame(**changes)
