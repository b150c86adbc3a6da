import pytest
import torch

from deepdive import scratch


def test_the_output_is_a_sum_over_inputs():
    layer = scratch.Linear(3, 2)
    x = torch.randn(4, 3)
    y = torch.einsum("bi,oi->bo", x, layer.weight) + layer.bias
    torch.testing.assert_close(layer(x), y)


def test_a_new_layer_starts_within_one_over_root_of_its_inputs():
    layer = scratch.Linear(400, 300)
    for parameter in (layer.weight, layer.bias):
        assert parameter.abs().max() <= 1 / 20
        assert parameter.std().item() == pytest.approx(1 / 20 / 3**0.5, rel=0.1)


def test_device_and_dtype_are_those_asked_for():
    layer = scratch.Linear(2, 3, device="meta", dtype=torch.float64)
    assert (layer.weight.device.type, layer.weight.dtype) == ("meta", torch.float64)


@pytest.mark.parametrize("shape", [(4, 5), (3,), (2, 3, 1)])
def test_an_input_of_another_width_is_refused(shape):
    with pytest.raises(ValueError, match=rf"input must have shape \(\*, 4\), got \(.*{shape[-1]},?\)"):
        scratch.Linear(4, 2)(torch.randn(shape))
