import itertools
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from deepdive.graphs import Vertex, _apart, draw_graph

SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg):
    """Left, top, right, bottom of each box, in the order of the vertices."""
    found = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    sides = [[float(rect.get(name)) for name in ("x", "y", "width", "height")] for rect in found]
    return [(x, y, x + width, y + height) for x, y, width, height in sides]


GRAPHS = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] < e[1]), max_size=20)
        if n > 1
        else st.just([]),
    )
)


@given(GRAPHS, st.sampled_from(["right", "down"]))
@settings(max_examples=100, deadline=None)
def test_boxes_do_not_touch_and_arrows_lead_on(graph, direction):
    n, edges = graph
    svg = draw_graph([Vertex(i, (f"v{i}", "2 × 3")) for i in range(n)], edges, direction=direction)
    sides = boxes(svg)
    assert len(sides) == n
    for a, b in itertools.combinations(sides, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    first, last = (0, 2) if direction == "right" else (1, 3)
    assert all(sides[source][last] < sides[target][first] for source, target in edges)
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    assert all(x > 0 and y > 0 and right < width and bottom < height for x, y, right, bottom in sides)
    assert len(list(root.iter(f"{SVG}path"))) == 1 + len(set(edges))


def test_an_order_without_crossings_is_found():
    pairs = [(f"a{i}", f"b{(7 * i) % 5}") for i in range(5)]  # a permutation: parallel lines
    vertices = [Vertex(key, (key,)) for key in [*(a for a, _ in pairs), *sorted(b for _, b in pairs)]]
    tops = {vertex.key: box[1] for vertex, box in zip(vertices, boxes(draw_graph(vertices, pairs)), strict=True)}
    assert sorted(pairs, key=lambda pair: tops[pair[0]]) == sorted(pairs, key=lambda pair: tops[pair[1]])


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None)
def test_places_are_the_nearest_that_keep_the_distance(wished):
    sizes = [10.0 + 5 * i for i in range(len(wished))]
    places = np.array(_apart(wished, sizes))
    gaps = [(a + b) / 2 + 18 for a, b in itertools.pairwise(sizes)]
    assert all(np.diff(places) >= np.array(gaps) - 1e-6)
    rule = {"type": "ineq", "fun": lambda x: np.diff(x) - gaps}
    start = np.concatenate([[0.0], np.cumsum(gaps)])
    best = minimize(lambda x: np.sum((x - wished) ** 2), start, constraints=rule if len(wished) > 1 else ())
    assert np.sum((places - wished) ** 2) <= best.fun * (1 + 1e-6) + 1e-4


def test_text_is_escaped():
    svg = draw_graph([Vertex(0, ("a < b & c",))], [], title="<x>")
    assert [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")] == ["a < b & c"]


@pytest.mark.parametrize(
    ("keys", "edges", "message"),
    [
        ([], [], "a graph needs at least one vertex"),
        ([1, 1], [], "every vertex needs a key of its own"),
        ([1], [(1, 2)], "an edge names 2, which is no vertex"),
        ([1, 2], [(1, 2), (2, 1)], "the graph has a cycle"),
        ([1], [(1, 1)], "the graph has a cycle"),
    ],
)
def test_what_is_no_such_graph_is_refused(keys, edges, message):
    with pytest.raises(ValueError, match=message):
        draw_graph([Vertex(key, ("v",)) for key in keys], edges)
