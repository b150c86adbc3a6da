import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from deepdive.scratch import autograd


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_graph_shows_operations_names_shapes_and_values():
    x = autograd.tensor(np.ones((4, 3)))
    w = autograd.tensor(np.ones((3, 2)), requires_grad=True)
    b = autograd.tensor([0.5, 0.25], requires_grad=True)
    h = x @ w + b
    svg = autograd.draw(h.relu().sum(), names={"x": x, "w": w, "b": b, "h": h})
    found = texts(svg)
    assert {"x", "w", "b", "h = add", "matmul", "relu", "sum"} <= set(found)
    assert {"4 × 3", "3 × 2", "[0.5, 0.25]", "4 × 2", "27"} <= set(found)
    assert svg.count("<path") == 1 + 6  # the head of the arrows, and an arrow per input


def test_a_value_used_twice_is_one_box():
    x = autograd.tensor(2.0, requires_grad=True)
    y = x * x
    assert sorted(texts(autograd.draw(y + y))) == sorted(["leaf", "2", "mul", "4", "add", "8"])


def test_it_is_the_same_again_and_stands_upright_if_asked():
    x = autograd.tensor(2.0, requires_grad=True)
    y = x.sin().cos().exp().log()
    assert autograd.draw(y) == autograd.draw(y)
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', autograd.draw(y)).groups())
    assert width > height
    width, height = map(int, re.search(r'width="(\d+)" height="(\d+)"', autograd.draw(y, direction="down")).groups())
    assert width < height


def test_what_cannot_be_drawn_is_refused():
    x = autograd.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match="of others nothing is recorded"):
        autograd.draw(x.detach())
    y = (x * x).sum()
    y.backward()
    with pytest.raises(ValueError, match=r"freed by a backward pass \(at sum \(\)\); draw before it"):
        autograd.draw(y)
    z = x
    for _ in range(20):
        z = z * z
    with pytest.raises(ValueError, match="more than limit=10 boxes"):
        autograd.draw(z, limit=10)
