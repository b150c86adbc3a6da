import pytest
import torch

from deepdive.algorithms.attention import AttentionMap, attention_figure, heat_maps
from deepdive.figures import to_png


def maps(n):
    return [AttentionMap(torch.eye(2, 3), ["un", "<eos>"], ["a", "$b$", "<eos>"], f"head {i}") for i in range(n)]


@pytest.mark.parametrize(("n", "columns"), [(1, 3), (5, 2), (4, 4)])
def test_each_map_has_a_panel_with_its_tokens(n, columns):
    figure = attention_figure(maps(n), columns)
    panels = [ax for ax in figure.axes if ax.get_visible() and ax.images]
    assert len(panels) == n
    for i, ax in enumerate(panels):
        assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "$b$", "<eos>"]
        assert [label.get_text() for label in ax.get_yticklabels()] == ["un", "<eos>"]
        assert ax.get_title(loc="left") == f"head {i}"
        assert ax.images[0].get_array().tolist() == torch.eye(2, 3).tolist()
    assert to_png(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("n", [1, 3])
def test_heat_maps_have_places_on_their_axes(n):
    weights = torch.rand(4, 5)
    figure = heat_maps({f"kernel {i}": weights for i in range(n)}, torch.linspace(0, 1, 4), torch.linspace(2, 3, 5))
    shown = [ax for ax in figure.axes if ax.get_title(loc="left")]
    assert [ax.get_title(loc="left") for ax in shown] == [f"kernel {i}" for i in range(n)]
    [mesh] = shown[0].collections
    torch.testing.assert_close(torch.tensor(mesh.get_array().tolist()).reshape(4, 5), weights)
    low, high = shown[0].get_xlim()
    assert low < 2 < 3 < high
    assert to_png(figure).startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="maps and columns must be at least 1, got 0 and 1"):
        attention_figure([])
    with pytest.raises(ValueError, match="maps and columns must be at least 1, got 1 and 0"):
        attention_figure(maps(1), 0)
    with pytest.raises(
        ValueError, match=r"the weights of map 'x' must have shape \(1, 3\), one for each query and key, got \(2, 3\)"
    ):
        attention_figure([AttentionMap(torch.eye(2, 3), ["a"], ["a", "b", "c"], "x")])
    with pytest.raises(ValueError, match="panels must not be empty, got none"):
        heat_maps({}, torch.zeros(1), torch.zeros(1))
