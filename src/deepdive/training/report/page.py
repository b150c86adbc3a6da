"""The page around the sections, and the report of a run."""

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from deepdive.files import write_atomically
from deepdive.training.records import Record
from deepdive.training.report.sections import (
    Html,
    Section,
    commands,
    figure,
    folded,
    join,
    pairs,
    png_image,
    table,
    text,
    tiles,
)

_EPOCHS = 20
"""More of them are folded."""

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
$style</style>
</head>
<body>
<main>
<header>
<h1>$title</h1>
$header
</header>
$sections
</main>
</body>
</html>
""")


def page(title: str, header: Html, sections: Sequence[Section]) -> str:
    """A whole page that needs nothing but itself: style and images are inside, scripts there are none."""
    body = "\n".join(f"<section>\n<h2>{escape(section.title)}</h2>\n{section.html}\n</section>" for section in sections)
    style = files("deepdive.training.report").joinpath("report.css").read_text(encoding="utf-8")
    whole = _PAGE.substitute(title=escape(title), style=style, header=header, sections=body)
    return whole.encode(errors="replace").decode()  # a name of a file may hold what no text can


def write_report(
    folder: Path | str,
    *,
    title: str,
    verdict: str,
    passed: bool | None = None,
    facts: Mapping[str, object] | None = None,
    records: Sequence[Record] = (),
    curves_svg: str = "",
    curves_notes: Sequence[str] = (),
    images: Sequence[tuple[str, bytes]] = (),
    sections: Sequence[Section] = (),
    how_to: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    unused_settings: Mapping[str, object] | None = None,
    environment: Mapping[str, object] | None = None,
) -> Path:
    """Write ``report.html`` into ``folder``, in one move, and return its path.

    In this order, each left out where it is empty: the ``verdict`` (green where ``passed``, red where not,
    neutral for ``None``) with a few ``facts``, the curves and ``curves_notes``, the ``images`` as (caption, PNG),
    the ``sections`` of the recipe, a table of the epochs among ``records``, ``how_to`` (what a command does → the
    command), ``settings`` (may be nested) with the folded
    ``unused_settings``, which do not count with these, and the ``environment``.

    Raises:
        OSError: naming the file, when the folder is missing, full or read-only.
        ValueError: when an image is no PNG or the SVG is none or does not stand alone.
    """
    state = {True: " pass", False: " miss", None: ""}[passed]
    header = [Html(f'<p class="verdict{state}">{escape(verdict)}</p>')]
    if facts:
        header.append(tiles(facts))
    parts: list[Section] = []
    if curves_svg:
        parts.append(Section("Learning curves", join([figure(curves_svg), text(*curves_notes)])))
    if images:
        parts.append(Section("Images", join(png_image(caption, png) for caption, png in images)))
    parts.extend(sections)
    epochs = [record for record in records if record.kind == "epoch"]
    if epochs:
        rows = [{"epoch": record.epoch, "step": record.step} | record.metrics for record in epochs]
        told = table(rows) if len(rows) <= _EPOCHS else folded(f"{len(rows):,} epochs", table(rows))
        parts.append(Section("Epoch by epoch", told))
    if how_to:
        parts.append(Section("Use it", commands(how_to)))
    if settings:
        idle = unused_settings or {}
        rest = [folded(f"{len(idle)} more, which do not count with these", pairs(idle))] if idle else []
        parts.append(Section("Settings", join([pairs(settings), *rest])))
    if environment:
        parts.append(Section("Environment", pairs(environment)))
    path = Path(folder) / "report.html"
    write_atomically(path, page(title, join(header), parts))
    return path
