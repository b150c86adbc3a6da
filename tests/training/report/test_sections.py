from functools import partial
from html import escape
from html.parser import HTMLParser

import pytest

from deepdive.training.report import (
    Html,
    Section,
    code,
    commands,
    figure,
    folded,
    join,
    named,
    pairs,
    png_image,
    table,
    text,
    tiles,
)

PNG = b"\x89PNG\r\n\x1a\n rest"
NASTY = "<script>alert('&\"')</script>"


class Reader(HTMLParser):
    """Elements and words of a piece of HTML, read by the standard library."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in ("img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.words.append(data.strip())


@pytest.mark.parametrize(
    "html",
    [
        text(NASTY),
        code(NASTY),
        commands({NASTY: NASTY}),
        tiles({NASTY: NASTY}),
        pairs({NASTY: {NASTY: NASTY}}),
        table([{NASTY: NASTY}]),
        png_image(NASTY, PNG),
        figure("<svg></svg>", caption=NASTY),
    ],
    ids=["text", "code", "commands", "tiles", "pairs", "table", "image", "figure"],
)
def test_everything_is_escaped_and_closed(html):
    read = Reader(html)
    assert "script" not in read.tags
    assert NASTY in " ".join(read.words).replace(f"{NASTY}.{NASTY}", NASTY)
    assert read.open == []


def test_table_has_all_columns_and_aligns_numbers():
    html = table([{"class": "coat", "recall": 0.5}, {"class": "shirt", "recall": None, "count": 3}])
    assert Reader(html).words == ["class", "recall", "count", "coat", "0.5000", "shirt", "–", "3"]
    assert html.count('<td class="number">') == 4
    assert html.count("<td>") == 2


def test_empty_pieces_are_still_html():
    for html in (table([]), pairs({}), tiles({}), text(), join([]), commands({})):
        assert Reader(html).open == []


def test_tiles_are_short():
    assert Reader(tiles({"accuracy": 0.873100001, "target": 0.85, "epochs": 5})).words == [
        *("accuracy", "0.8731", "target", "0.85", "epochs", "5")
    ]


def test_pairs_keep_every_digit_and_name_what_is_nested():
    html = pairs({"lr": 0.00012345678, "optimizer": {"name": "sgd", "group": {"nesterov": True}}, "extra": {}})
    words = Reader(html).words
    assert words == ["lr", "0.00012345678", "optimizer.name", "sgd", "optimizer.group.nesterov", "yes", "extra", "{}"]


def test_no_address_in_memory_is_shown():
    words = Reader(pairs({"schedule": lambda: None, "task": {"loss": object()}})).words
    assert words[1] == "a function without a name"
    assert words[2:] == ["task.loss", "<object object>"]


def small_loss(outputs, targets, weight=1.0):
    return outputs


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (partial(small_loss, weight=0.5), "small_loss(weight=0.5)"),
        (partial(partial(small_loss, 1), weight=small_loss), "small_loss(1, weight=small_loss)"),
        (partial(lambda x: x, "<b>"), "a function without a name('<b>')"),
        (small_loss, "small_loss"),
        (partial, "partial"),
    ],
)
def test_what_can_be_called_is_written_as_a_reader_would(value, words):
    assert named(value) == words
    assert Reader(pairs({"loss": value})).words == ["loss", words]


def test_a_long_part_is_folded_behind_a_line():
    read = Reader(folded(NASTY, table([{"a": 1}])))
    assert read.tags[:2] == ["details", "summary"]
    assert read.words == [NASTY, "a", "1"]
    assert read.open == []


def test_small_figures_need_no_room_of_their_own():
    assert 'class="svg small"' in figure('<svg width="230.4pt"/>')
    assert 'class="svg"' in figure('<svg width="518.4pt"/>')
    assert 'class="svg"' in figure("<svg><g/></svg>")


def test_image_carries_its_bytes():
    import base64

    (source,) = [value for name, value in Reader(png_image("a", PNG)).attributes if name == "src"]
    assert source is not None
    head, _, data = source.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == PNG


def test_image_refuses_what_is_no_png():
    with pytest.raises(ValueError, match=r"image 'cat': the bytes are no PNG, they begin with b'GIF89a'"):
        png_image("cat", b"GIF89a")


def test_figure_drops_the_prologue():
    html = figure('<?xml version="1.0"?><!DOCTYPE svg PUBLIC "x" "http://y"><svg><g/></svg>')
    assert "<svg><g/></svg>" in html
    assert "DOCTYPE" not in html
    assert "http" not in html


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        '<g onclick="x()"/>',
        '<image href="https://example.org/a.png"/>',
        '<use xlink:href="other.svg#a"/>',
        "<style>@import 'a.css'</style>",
        '<g style="fill: url(http://example.org)"/>',
        "<foreignObject/>",
    ],
)
def test_figure_refuses_what_does_not_stand_alone(inside):
    with pytest.raises(ValueError, match="svg must stand alone, without scripts and links, but has"):
        figure(f"<svg>{inside}</svg>")


@pytest.mark.parametrize(
    "inside",
    [
        "<IMG src='x' onerror='y()'/>",
        "<set attributeName='onclick' to='x()'/>",
        "<a href='javascript&#58;x()'><text>a</text></a>",
        "<!--><script>x()</script>-->",
        "<style>* { fill: \\75 rl(http://e.org) }</style>",
        "<style>* { fill: url( 'http://e.org') }</style>",
        "<rect fill='url(&quot;http://e.org&quot;)'/>",
        "<title><![CDATA[</title><script>x()</script>]]></title>",
        "<?xml-stylesheet href='http://e.org'?>",
        "<rect ONLOAD='x()'/>",
    ],
)
def test_figure_refuses_it_in_whatever_form(inside):
    with pytest.raises(ValueError, match="svg must stand alone, without scripts and links, but has"):
        figure(f"<svg>{inside}</svg>")


@pytest.mark.parametrize(
    "broken", ["<svg><g></svg>", "<svg>", "<svg></svg><p>a</p>", "<svg>\x01</svg>", "<svg>&a;</svg>"]
)
def test_figure_refuses_what_is_not_whole(broken):
    with pytest.raises(ValueError, match="svg must be whole, got one with a fault: "):
        figure(broken)


@pytest.mark.parametrize(
    "name", ["url(x", " on_sale=1", "a href='b'", "<script>1</script>", "@import \\", "$_$", "]]&gt;"]
)
def test_a_text_in_a_figure_may_say_anything(name):
    words = name if name.startswith("]]") else escape(name)
    drawing = f'<svg><text aria-label="{words}">{words}</text><style>*{{stroke-linejoin: round}}</style></svg>'
    assert drawing in figure(drawing)


def test_figure_allows_references_inside():
    assert "#a" in figure('<svg><use xlink:href="#a"/><g clip-path="url(#b)"/></svg>')


def test_figure_refuses_what_is_no_svg():
    with pytest.raises(ValueError, match="svg has no <svg> element, it begins with '<html>'"):
        figure("<html>")


def test_sections_are_plain_data():
    assert Section("a", Html("<p>b</p>")) == Section(title="a", html=text("b"))
