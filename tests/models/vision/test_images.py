import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.models.vision._images import scaled, smallest_image

LAYERS = st.lists(
    st.tuples(
        st.sampled_from(["Conv2d", "MaxPool2d", "AvgPool2d"]),
        st.integers(1, 5),
        st.integers(1, 3),
        st.integers(0, 2),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


def chain(words, toolkit):
    layers = []
    for kind, kernel, stride, padding, ceil in words:
        if kind == "Conv2d":
            layers.append(toolkit.Conv2d(1, 1, kernel, stride, padding))
        else:
            layers.append(
                getattr(toolkit, kind)(kernel, stride=stride, padding=min(padding, kernel // 2), ceil_mode=ceil)
            )
    return toolkit.Sequential(*layers)


def leaves_something(network, size):
    try:
        return network(torch.empty(1, 1, size, size, device="meta")).numel() > 0
    except RuntimeError:
        return False


@given(words=LAYERS, toolkit=st.sampled_from([nn, scratch]))
@settings(max_examples=50, deadline=None)
def test_the_smallest_image_is_just_large_enough(words, toolkit):
    smallest = smallest_image(chain(words, toolkit))
    library = chain(words, nn).to("meta")
    assert leaves_something(library, smallest)
    assume(smallest > 1)
    assert not leaves_something(library, smallest - 1)


@pytest.mark.parametrize(("channels", "width", "expected"), [(64, 1.0, 64), (64, 0.25, 16), (10, 0.25, 3), (3, 0.1, 1)])
def test_channels_are_scaled_to_the_nearest_number(channels, width, expected):
    assert scaled(channels, width) == expected
