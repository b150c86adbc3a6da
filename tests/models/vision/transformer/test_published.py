import pytest
import torch
from torch.nn.functional import interpolate

from deepdive.models.vision import VisionTransformer, interpolate_positions, with_numbered_mlp


def test_places_of_patches_are_an_image_that_is_resized():
    table = torch.randn(1, 1 + 6, 5)
    found = interpolate_positions(table, (4, 9), before=(2, 3))
    assert found.shape == (1, 37, 5)
    torch.testing.assert_close(found[:, 0], table[:, 0], rtol=0, atol=0)
    for channel in range(5):
        plane = table[0, 1:, channel].reshape(1, 1, 2, 3)
        expected = interpolate(plane, (4, 9), mode="bicubic").flatten()
        torch.testing.assert_close(found[0, 1:, channel], expected)


def test_a_plane_stays_a_plane():
    """Between the centres of the old patches, bilinear interpolation of a linear function is that function."""
    rows, columns = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), indexing="ij")
    table = torch.cat([torch.zeros(1), (2 * rows + 3 * columns + 1).flatten()]).reshape(1, 17, 1)
    found = interpolate_positions(table, (8, 8), mode="bilinear")[0, 1:, 0].reshape(8, 8)
    y, x = torch.meshgrid(*(torch.arange(8.0) / 2 - 0.25,) * 2, indexing="ij")
    torch.testing.assert_close(found[1:-1, 1:-1], (2 * y + 3 * x + 1)[1:-1, 1:-1])


def test_the_same_grid_changes_nothing():
    table = torch.randn(1, 10, 4)
    torch.testing.assert_close(interpolate_positions(table, (3, 3)), table, rtol=0, atol=0)


def test_a_network_then_sees_larger_images():
    sizes = {"patch_size": 4, "hidden_size": 8, "num_layers": 1, "num_heads": 2, "ffn_size": 8}
    network = VisionTransformer(3, 1, image_size=8, **sizes)
    larger = VisionTransformer(3, 1, image_size=(12, 20), **sizes)
    state = dict(network.state_dict())
    state["encoder.pos_embedding"] = interpolate_positions(state["encoder.pos_embedding"], larger.grid)
    larger.load_state_dict(state)
    assert larger(torch.randn(2, 1, 12, 20)).shape == (2, 3)


@pytest.mark.parametrize(
    ("places", "grid", "before", "message"),
    [
        (8, (4, 4), None, "class token and 7 patches; a square, which is assumed as before is not given, is not"),
        (7, (4, 4), (2, 2), r"class token and 6 patches; before=\(2, 2\) is not their grid"),
        (1, (4, 4), None, "class token and 0 patches"),
        (5, (0, 4), None, r"grid must have at least one row and one column of patches, got \(0, 4\)"),
    ],
)
def test_grids_that_do_not_fit_are_named(places, grid, before, message):
    with pytest.raises(ValueError, match=message):
        interpolate_positions(torch.zeros(1, places, 3), grid, before=before)


def test_names_of_the_first_files_become_those_of_today():
    network = VisionTransformer(3, 1, image_size=8, patch_size=4, hidden_size=8, num_layers=2, num_heads=2, ffn_size=8)
    state = network.state_dict()
    old = {name.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"): v for name, v in state.items()}
    assert sum("linear_" in name for name in old) == 8
    assert list(with_numbered_mlp(old)) == list(state)
    assert list(with_numbered_mlp(state)) == list(state)
    network.load_state_dict(with_numbered_mlp(old))
