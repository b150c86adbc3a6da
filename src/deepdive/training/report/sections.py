"""The parts of a report: pieces of HTML, everything in them escaped, and sections made of them."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import NewType

from deepdive.names import flat
from deepdive.training.listeners._text import format_value
from deepdive.training.report.drawings import stand_alone

Html = NewType("Html", str)
"""Text that is HTML already; anything else is escaped before it becomes part of a report."""

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WIDTH = re.compile(r'^<svg[^>]*\bwidth="([\d.]+)pt"')
_SMALL = 320
"""Points: a narrower figure is legible on a telephone without being scrolled."""
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, e.g. ``Section("Attention", png_image("head 1", png))``."""

    title: str
    html: Html


def join(parts: Iterable[Html]) -> Html:
    """Pieces one below the other."""
    return Html("\n".join(parts))


def text(*paragraphs: str) -> Html:
    """Paragraphs."""
    return Html("".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs))


def code(source: str) -> Html:
    """Text in a fixed-width font, line by line: a command, generated text."""
    return Html(f"<pre><code>{escape(source)}</code></pre>")


def commands(entries: Mapping[str, str]) -> Html:
    """What each command does, and the command."""
    return join(Html(f"<p>{escape(what)}</p>{code(command)}") for what, command in entries.items())


def tiles(facts: Mapping[str, object]) -> Html:
    """A few figures, large, with their names; four significant digits are enough here."""
    short = {name: f"{value:.4g}" if isinstance(value, float) else value for name, value in facts.items()}
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{_exact(value)}</dd></div>" for name, value in short.items())
    return Html(f'<dl class="tiles">{cells}</dl>')


def pairs(entries: Mapping[str, object]) -> Html:
    """Names and values in two columns; what is nested gets a dotted name, ``optimizer.lr``."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{_exact(value)}</td></tr>' for name, value in flat(entries)
    )
    return Html(f'<div class="scroll"><table class="pairs"><tbody>{rows}</tbody></table></div>')


def table(rows: Sequence[Mapping[str, object]]) -> Html:
    """One line per mapping; the columns are all keys in order of appearance, missing values stay empty."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    aligned = {name: _alignment([row[name] for row in rows if name in row]) for name in columns}
    head = "".join(f'<th scope="col"{aligned[name]}>{escape(name)}</th>' for name in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td{aligned[name]}>{_shown(row.get(name, ''))}</td>" for name in columns) + "</tr>"
        for row in rows
    )
    return Html(f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>')


def folded(summary: str, html: Html) -> Html:
    """What is long, behind a line that opens it: ``summary`` says what it is. Printed, it is open."""
    return Html(f"<details><summary>{escape(summary)}</summary>\n{html}\n</details>")


def png_image(caption: str, png: bytes) -> Html:
    """A PNG inside the page; the caption is also its alternative text.

    Raises:
        ValueError: naming the caption, when the bytes are no PNG.
    """
    if not png.startswith(_PNG_SIGNATURE):
        raise ValueError(f"image {caption!r}: the bytes are no PNG, they begin with {png[:8]!r}")
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    words = escape(caption)
    return Html(f'<figure><img src="{source}" alt="{words}"><figcaption>{words}</figcaption></figure>')


def figure(svg: str, *, caption: str = "") -> Html:
    """An SVG inside the page; drawn in ``currentColor`` it follows the light or dark of the page.

    Raises:
        ValueError: when there is no ``<svg>`` in it, it is not whole, or it would run a script or load something.
    """
    drawing = stand_alone(svg)
    words = escape(caption)
    label = f' aria-label="{words}"' if caption else ""
    below = f"<figcaption>{words}</figcaption>" if caption else ""
    natural = _WIDTH.search(drawing)
    small = " small" if natural and float(natural[1]) < _SMALL else ""
    return Html(f'<figure><div class="svg{small}" role="img"{label}>{drawing}</div>{below}</figure>')


def worded(value: object) -> str:
    """A setting in words, several with commas in between, before it is escaped."""
    if isinstance(value, list | tuple):
        return ", ".join(map(worded, value)) or "none"
    return "yes" if value is True else "no" if value is False else str(value)


def _shown(value: object) -> str:
    """A value for a reader: rounded."""
    return format_value(value) if isinstance(value, float) else _exact(value)


def _exact(value: object) -> str:
    """A value to copy: all its digits, but no address in memory, which is another one in the same run done again."""
    if callable(value):
        return escape(named(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):  # settings are tuples, and lists once they were written down
        return ", ".join(map(_exact, value)) or "none"
    return "–" if value is None else escape(_ADDRESS.sub("", str(value)))


def named(function: object) -> str:
    """A function, a class or an object that can be called as a reader would write it: ``SGD(lr=0.1)``, ``my_loss``."""
    if isinstance(function, partial):
        words = [*map(_word, function.args), *(f"{key}={_word(value)}" for key, value in function.keywords.items())]
        return f"{named(function.func)}({', '.join(words)})"
    name = getattr(function, "__name__", "")
    if name == "<lambda>":
        return "a function without a name"
    return name or _ADDRESS.sub("", repr(function))


def _word(value: object) -> str:
    return named(value) if callable(value) else repr(value)


def _alignment(column: Sequence[object]) -> str:
    """Numbers stand to the right, below each other."""
    numeric = all(value is None or isinstance(value, int | float) for value in column)
    return ' class="number"' if numeric else ""
