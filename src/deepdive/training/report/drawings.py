"""Which SVG may become part of a page: a drawing and nothing else, whatever the texts in it say."""

import re
from xml.parsers import expat

_ELEMENTS = frozenset(
    "svg g defs symbol use title desc metadata style clippath mask marker pattern lineargradient radialgradient stop "
    "path rect circle ellipse line polyline polygon text tspan".split()
)
_DESCRIBING = frozenset(["id", "class", "role", "aria-label"])
"""Attributes that hold names and not what to draw with."""
_LOADS = re.compile(r"url\(\s*(?![#\s]|[\"']#)|@import|\\|expression\(|image\(|image-set\(", re.I)
"""In a style; with an escape it could say any of it in other letters."""


def stand_alone(svg: str) -> str:
    """The ``<svg>`` element of a file.

    Elements and attributes are looked at as the parser finds them: a text is free to hold what would be a script or a
    link elsewhere.

    Raises:
        ValueError: there is no such element, it is not whole, or it would run a script or load something.
    """
    begin = svg.find("<svg")
    if begin < 0:
        raise ValueError(f"svg has no <svg> element, it begins with {svg[:40]!r}")
    drawing, within = svg[begin:], []

    def element(name: str, attributes: dict[str, str]) -> None:
        within.append(name.lower())
        if within[-1] not in _ELEMENTS:
            refuse(f"<{name}>")
        for key, value in attributes.items():
            plain = key.lower().rpartition(":")[2]
            links = plain in ("href", "src") and not value.startswith("#")
            if links or plain.startswith("on") or (plain not in _DESCRIBING and _LOADS.search(value)):
                refuse(f"{key}={value[:40]!r}")

    def text(words: str) -> None:
        if within[-1] == "style" and (found := _LOADS.search(words)):
            refuse(found.group())

    def refuse(what: str) -> None:
        raise ValueError(f"svg must stand alone, without scripts and links, but has {what}")

    parser = expat.ParserCreate()
    parser.buffer_text = True  # a style in one piece
    parser.StartElementHandler = element
    parser.EndElementHandler = lambda _: within.pop()
    parser.CharacterDataHandler = text
    # a page ends these elsewhere than a file
    parser.CommentHandler = lambda _: refuse("a comment")
    parser.ProcessingInstructionHandler = lambda *_: refuse("an instruction")
    parser.StartCdataSectionHandler = lambda: refuse("<![CDATA[")
    try:
        parser.Parse(drawing, True)
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise ValueError(f"svg must be whole, got one with a fault: {error}") from error
    return drawing
