"""Directed graphs without cycles as SVG: boxes in layers, arrows between them. Needs nothing but the standard library.

After Sugiyama, Tagawa and Toda (1981): layers by the longest way, an order within each layer that crosses few arrows
(barycentres), then places as near to the neighbours as the boxes allow.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal, TypeAlias

from deepdive.names import printable

Kind = Literal["operation", "variable", "constant", "result"]
Edge: TypeAlias = tuple[Hashable, Hashable]

_COLORS: dict[str, str] = {"operation": "#7a8594", "variable": "#1b7fc4", "constant": "#009e73", "result": "#d55e00"}
_CHARACTER, _LINE, _MARGIN = 7.6, 16.0, 9.0  # width of a character, height of a line, white around the text, in pixels
_GAP, _LAYER_GAP, _BORDER = 18.0, 38.0, 12.0
_SWEEPS = 12


@dataclass(frozen=True)
class Vertex:
    """A box: its lines of text, the first of them bold, and what it stands for, which is its colour and shape."""

    key: Hashable
    lines: tuple[str, ...]
    kind: Kind = "operation"

    @property
    def width(self) -> float:
        """Of the box, in pixels."""
        return max((len(line) for line in self.lines), default=1) * _CHARACTER + 2 * _MARGIN

    @property
    def height(self) -> float:
        """Of the box, in pixels."""
        return max(len(self.lines), 1) * _LINE + _MARGIN


def draw_graph(
    vertices: Sequence[Vertex],
    edges: Iterable[Edge],
    *,
    direction: Literal["right", "down"] = "right",
    title: str = "graph",
) -> str:
    """The graph as the text of an SVG: arrows lead from left to right, or downwards. Text takes the colour around it.

    Args:
        vertices: the boxes, each with a key of its own.
        edges: pairs of keys, from and to; a pair that comes twice is two arrows in one place.
        direction: where arrows lead.
        title: what a screen reader says.

    Raises:
        ValueError: there is no vertex, a key comes twice, an edge names an unknown key, or there is a cycle.
    """
    boxes = {vertex.key: vertex for vertex in vertices}
    links = list(dict.fromkeys(edges))
    if not boxes:
        raise ValueError("a graph needs at least one vertex")
    if len(boxes) < len(vertices):
        raise ValueError("every vertex needs a key of its own, got one twice")
    for key in (key for link in links for key in link):
        if key not in boxes:
            raise ValueError(f"an edge names {key!r}, which is no vertex")
    layer = _layers(list(boxes), links)
    chains = [_chain(link, layer) for link in links]
    rows = _ordered(layer, chains)
    across = {key: _size(boxes.get(key), "height" if direction == "right" else "width") for row in rows for key in row}
    along = [max(_size(boxes.get(key), "width" if direction == "right" else "height") for key in row) for row in rows]
    place = _placed(rows, chains, across)
    starts = [_BORDER + sum(along[:i]) + _LAYER_GAP * i for i in range(len(rows))]
    points = {key: (starts[i] + along[i] / 2, place[key]) for i, row in enumerate(rows) for key in row}
    extent = starts[-1] + along[-1] + _BORDER, max(place[key] + across[key] / 2 for key in place) + _BORDER
    turn = direction == "down"
    parts = [_arrow(chain, points, boxes, turn) for chain in chains]
    parts += [_box(vertex, *_turned(points[vertex.key], turn)) for vertex in vertices]
    width, height = _turned(extent, turn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12" '
        f'fill="currentColor"><title>{escape(printable(title))}</title>'
        '<defs><marker id="deepdive-arrow" viewBox="0 0 8 8" '
        'refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#7a8594"/>'
        f"</marker></defs>{''.join(parts)}</svg>\n"
    )


def _layers(keys: list[Hashable], links: list[Edge]) -> dict[Hashable, int]:
    """The longest way to each vertex; then whatever nothing leads to moves up to just before its first use."""
    after: dict[Hashable, list[Hashable]] = {key: [] for key in keys}
    missing = dict.fromkeys(keys, 0)
    for source, target in links:
        after[source].append(target)
        missing[target] += 1
    initial = {key for key in keys if not missing[key]}
    layer = dict.fromkeys(keys, 0)
    ready = [key for key in keys if key in initial]
    done = 0
    while ready:
        key = ready.pop()
        done += 1
        for target in after[key]:
            layer[target] = max(layer[target], layer[key] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    if done < len(keys):
        raise ValueError("the graph has a cycle; only graphs without cycles can be laid out in layers")
    for key in initial:
        layer[key] = min((layer[target] for target in after[key]), default=1) - 1
    return layer


def _chain(link: Edge, layer: dict[Hashable, int]) -> list[Hashable]:
    """An edge as a way through every layer in between, so that boxes there make room for it."""
    source, target = link
    return [source, *((source, target, i) for i in range(layer[source] + 1, layer[target])), target]


def _ordered(layer: dict[Hashable, int], chains: list[list[Hashable]]) -> list[list[Hashable]]:
    rows: list[list[Hashable]] = [[] for _ in range(max(layer.values()) + 1)]
    for key, i in layer.items():
        rows[i].append(key)
    for chain in chains:
        for i, key in enumerate(chain[1:-1], layer[chain[0]] + 1):
            rows[i].append(key)
    before, after = _neighbours(chains)
    best, fewest = [list(row) for row in rows], _crossings(rows, after)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        near = before if forth else after
        for row in rows if forth else rows[::-1]:
            at = {key: i for other in rows for i, key in enumerate(other)}
            row.sort(key=lambda key: _mean([at[k] for k in near.get(key, ())], at[key]))
        if (count := _crossings(rows, after)) < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def _crossings(rows: list[list[Hashable]], after: dict[Hashable, list[Hashable]]) -> int:
    total = 0
    for row, following in pairwise(rows):
        at = {key: i for i, key in enumerate(following)}
        ends = [sorted(at[k] for k in after.get(key, ())) for key in row]
        flat = [(i, end) for i, group in enumerate(ends) for end in group]
        total += sum(i < j and a > b for n, (i, a) in enumerate(flat) for j, b in flat[n + 1 :])
    return total


def _placed(
    rows: list[list[Hashable]], chains: list[list[Hashable]], sizes: dict[Hashable, float]
) -> dict[Hashable, float]:
    """Centres across the layers: each as near as may be to the mean of its neighbours, without touching."""
    before, after = _neighbours(chains)
    place: dict[Hashable, float] = {}
    for row in rows:
        place |= dict(zip(row, _apart([0.0] * len(row), [sizes[key] for key in row]), strict=True))
    for sweep in range(2 * _SWEEPS):
        forth = sweep % 2 == 0
        for row in rows if forth else rows[::-1]:
            near = {key: [*before.get(key, ()), *after.get(key, ())] for key in row}
            wished = [_mean([place[k] for k in near[key]], place[key]) for key in row]
            place |= dict(zip(row, _apart(wished, [sizes[key] for key in row]), strict=True))
    lowest = min(place[key] - sizes[key] / 2 for key in place)
    return {key: value - lowest + _BORDER for key, value in place.items()}


def _apart(wished: list[float], sizes: list[float]) -> list[float]:
    """The places nearest to the wished ones (least squares) that keep order and distance: isotonic regression."""
    offsets = [0.0]
    for a, b in pairwise(sizes):
        offsets.append(offsets[-1] + (a + b) / 2 + _GAP)
    blocks: list[tuple[float, int]] = []  # mean, how many
    for wish, offset in zip(wished, offsets, strict=False):
        mean, count = wish - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, n = blocks.pop()
            mean, count = (mean * count + other * n) / (count + n), count + n
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]


def _neighbours(
    chains: list[list[Hashable]],
) -> tuple[dict[Hashable, list[Hashable]], dict[Hashable, list[Hashable]]]:
    before: dict[Hashable, list[Hashable]] = {}
    after: dict[Hashable, list[Hashable]] = {}
    for chain in chains:
        for source, target in pairwise(chain):
            after.setdefault(source, []).append(target)
            before.setdefault(target, []).append(source)
    return before, after


def _mean(values: Sequence[int | float], default: int | float) -> int | float:
    return sum(values) / len(values) if values else default


def _size(vertex: Vertex | None, side: Literal["width", "height"]) -> float:
    return 4.0 if vertex is None else vertex.width if side == "width" else vertex.height


def _turned(point: tuple[float, float], turn: bool) -> tuple[float, float]:
    return (point[1], point[0]) if turn else point


def _arrow(
    chain: list[Hashable], points: dict[Hashable, tuple[float, float]], boxes: dict[Hashable, Vertex], turn: bool
) -> str:
    """A smooth line along the layers, from the edge of one box to the edge of the other."""
    ways = [points[key] for key in chain]
    side: Literal["width", "height"] = "height" if turn else "width"
    ways[0] = ways[0][0] + _size(boxes[chain[0]], side) / 2, ways[0][1]
    ways[-1] = ways[-1][0] - _size(boxes[chain[-1]], side) / 2, ways[-1][1]
    path = "M{:.1f} {:.1f}".format(*_turned(ways[0], turn))
    for (x0, y0), (x1, y1) in pairwise(ways):
        middle = (x0 + x1) / 2
        corners = [_turned(point, turn) for point in ((middle, y0), (middle, y1), (x1, y1))]
        path += "C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    return f'<path d="{path}" fill="none" stroke="#7a8594" stroke-width="1.2" marker-end="url(#deepdive-arrow)"/>'


def _box(vertex: Vertex, x: float, y: float) -> str:
    width, height, color = vertex.width, vertex.height, _COLORS[vertex.kind]
    round_ = height / 2 if vertex.kind == "operation" and len(vertex.lines) < 3 else 4.0
    dash = ' stroke-dasharray="4 3"' if vertex.kind == "constant" else ""
    box = (
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{round_:.1f}" fill="{color}" fill-opacity="0.14" stroke="{color}" stroke-width="1.4"{dash}/>'
    )
    top = y - (len(vertex.lines) - 1) * _LINE / 2 + 4
    lines = [
        f'<text x="{x:.1f}" y="{top + i * _LINE:.1f}" text-anchor="middle"'
        f"{' font-weight=' + chr(34) + 'bold' + chr(34) if i == 0 else ''}>{escape(printable(line))}</text>"
        for i, line in enumerate(vertex.lines)
    ]
    return box + "".join(lines)
