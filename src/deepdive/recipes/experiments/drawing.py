"""Figures of a report that are files of the run as well."""

from pathlib import Path
from typing import TYPE_CHECKING

from deepdive.figures import to_svg
from deepdive.files import write_atomically
from deepdive.training.report import Html, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def svg_figure(drawn: "Figure", caption: str, file: Path | None = None) -> Html:
    """A figure inside the page, written to ``file``, too, if one is given."""
    svg = to_svg(drawn)
    if file is not None:
        write_atomically(file, svg)
    return figure(svg.decode(), caption=caption)
