import pytest
import torch

from deepdive.algorithms.calculus import contour_plot, tangent_plot
from deepdive.figures import to_svg


def test_the_tangent_touches_the_curve_with_its_slope():
    figure = tangent_plot(lambda x: 3 * x**2 - 4 * x, [1, 0.5], interval=(0, 3))
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    x, y = (torch.tensor(values) for values in lines["tangent at 1, slope 2"].get_data())
    torch.testing.assert_close(y, 2 * x - 3, rtol=1e-6, atol=1e-6)
    assert "tangent at 0.5, slope -1" in lines
    assert b"slope 2" in to_svg(figure)


def test_every_point_gets_its_tangent():
    figure = tangent_plot(torch.sin, [i / 10 for i in range(12)])
    labels = [line.get_label() for line in figure.axes[0].get_lines()]
    assert sum(label.startswith("tangent at") for label in labels) == 12


def test_contours_arrows_and_the_way_down():
    path = torch.tensor([[2.0, 1.0], [1.0, 0.5], [0.0, 0.0]])
    figure = contour_plot(lambda p: p[..., 0] ** 2 + 2 * p[..., 1] ** 2, path=path, arrows=5)
    ax = figure.axes[0]
    [line] = ax.get_lines()
    assert line.get_xydata().tolist() == path.tolist()
    arrows = next(c for c in ax.collections if hasattr(c, "U"))
    positions = torch.from_numpy(arrows.XY.copy())
    expected = -torch.stack([2 * positions[:, 0], 4 * positions[:, 1]], dim=1)
    directions = torch.stack([torch.as_tensor(arrows.U.data), torch.as_tensor(arrows.V.data)], dim=1).reshape(-1, 2)
    moving = expected.norm(dim=1) > 1e-6
    cosine = torch.cosine_similarity(directions[moving], expected[moving])
    assert cosine.min() > 0.999
    assert b"<svg" in to_svg(figure)


def test_an_empty_interval_is_refused():
    with pytest.raises(ValueError, match=r"the interval must go up from one finite number to another, got \(1, 1\)"):
        tangent_plot(torch.sin, [0], interval=(1, 1))
    with pytest.raises(ValueError, match=r"the interval must go up from one finite number to another, got \(2, -2\)"):
        contour_plot(lambda p: p.sum(-1), y=(2, -2))
