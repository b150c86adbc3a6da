import pytest
import torch

from deepdive.models.vision.residual import regnet as networks
from deepdive.models.vision.residual.regnet import regnet_x, regnet_x_400mf

# torchvision publishes the numbers of parameters of its seven; the paper's model zoo those of the others, in millions.
PARAMETERS = {
    "400mf": 5_495_976,
    "800mf": 7_259_656,
    "1_6gf": 9_190_136,
    "3_2gf": 15_296_552,
    "8gf": 39_572_648,
    "16gf": 54_278_536,
    "32gf": 107_811_560,
}
MILLIONS = {"200mf": 2.7, "600mf": 6.2, "6_4gf": 26.2, "12gf": 46.1}


@pytest.mark.parametrize("variant", [*PARAMETERS, *MILLIONS])
def test_the_published_number_of_parameters(variant):
    with torch.device("meta"):
        found = sum(p.numel() for p in getattr(networks, f"regnet_x_{variant}")().parameters())
    assert found == PARAMETERS[variant] if variant in PARAMETERS else round(found / 1e6, 1) == MILLIONS[variant]


def test_the_names_are_torchvisions():
    with torch.device("meta"):
        state = regnet_x_400mf().state_dict()
    norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    block = "trunk_output.block1.block1-0"
    expected = ["stem.0.weight", *(f"stem.1.{name}" for name in norm)]
    for part in ("proj", "f.a", "f.b", "f.c"):
        expected += [f"{block}.{part}.0.weight", *(f"{block}.{part}.1.{name}" for name in norm)]
    assert list(state)[: len(expected)] == expected
    assert list(state)[-2:] == ["fc.weight", "fc.bias"]
    assert tuple(state["trunk_output.block4.block4-11.f.b.0.weight"].shape) == (400, 16, 3, 3)
    assert "trunk_output.block4.block4-11.proj.0.weight" not in state
    assert tuple(state["fc.weight"].shape) == (1000, 400)


def test_small_images_and_few_classes():
    network = regnet_x(10, 1, depth=6, w_0=16, w_a=8.0, w_m=2.0, group_width=8, stem="small", stem_width=16)
    assert network(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_parameters_out_of_range_are_named():
    with pytest.raises(ValueError, match="w_0 must be a multiple of 8, got 9"):
        regnet_x(depth=4, w_0=9, w_a=1.0, w_m=2.0, group_width=8)
