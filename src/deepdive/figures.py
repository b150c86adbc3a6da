"""How figures look, and figures as the bytes of an SVG or a PNG file. Imports matplotlib only when one is drawn."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # matplotlib takes most of a second to import
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# After Okabe and Ito: told apart by everybody, on a light and on a dark page.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#1b7fc4", "#d55e00", "#009e73", "#b0508e", "#7a8594"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, GREY)
INK = "#23262b"
"""Colour of text and axes; found in the SVG and replaced by the colour of the text around it."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: searchable, and in the reader's own fonts
    "svg.hashsalt": "deepdive",  # otherwise random identifiers
    "text.parse_math": False,  # a name out of data may hold dollars
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "grid.alpha": 0.15,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.borderaxespad": 0.0,
    "legend.columnspacing": 1.4,
    "legend.handlelength": 1.8,
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Draw as all figures here are drawn, whatever the user's own settings are.

    A figure is made within this context, so that its texts get their size and their colour ``INK``, and are texts:
    none is read as a formula. `log_scale` is for axes whose numbers matplotlib would write as formulas.
    """
    import matplotlib

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # a name in a script that the font lacks is drawn as boxes; nothing worth a warning per letter
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def log_scale(ax: "Axes", *which: Literal["x", "y"], base: int = 10) -> None:
    """Make these axes logarithmic, with the powers of ``base`` at their ticks written as text: ``10⁻²``."""
    for name in which:
        getattr(ax, f"set_{name}scale")("log", base=base)
        axis = getattr(ax, f"{name}axis")
        axis.set_major_formatter(_powers()(base))
        axis.set_minor_formatter(_powers()(base))


def to_svg(figure: "Figure") -> bytes:
    """The figure as SVG: the same figure gives the same bytes, and text takes the colour around it."""
    svg = _saved(figure, "svg", {"Date": None, "Creator": None, "Format": None, "Type": None})
    return svg.replace(INK.encode(), b"currentColor")


def to_png(figure: "Figure", *, dpi: float = 144.0) -> bytes:
    """The figure as PNG, the same bytes for the same figure."""
    return _saved(figure, "png", {"Software": None}, dpi)


@cache
def _powers() -> Any:
    """The formatter of logarithmic axes; its parent is there once matplotlib is."""
    from matplotlib.ticker import LogFormatterSciNotation

    class Powers(LogFormatterSciNotation):
        def __call__(self, x: float, pos: int | None = None) -> str:
            formula = super().__call__(x, pos).replace("$", "").replace(r"\times", "×")
            formula = re.sub(r"\\mathdefault\{(.*)\}", r"\1", formula)
            return re.sub(r"\^\{(.*?)\}", lambda power: power[1].translate(_SUPERSCRIPTS), formula)

    return Powers


_SUPERSCRIPTS = str.maketrans("-\N{MINUS SIGN}0123456789.", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹·")


def _saved(figure: "Figure", format: str, metadata: dict[str, None], dpi: float = 72.0) -> bytes:
    figure.patch.set_gid("background")  # the page takes it away
    buffer = io.BytesIO()
    with figure_style():
        figure.savefig(buffer, format=format, metadata=metadata, dpi=dpi)
    return buffer.getvalue()
