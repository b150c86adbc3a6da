"""Seeded damage to the bytes of a file, and to what a JSON file says."""

import copy
import json
from random import Random

# What breaks readers: line ends that are none, marks, blanks that are none, NUL, half letters, numbers that are none.
TOKENS = (
    "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1f", "\r", "\r\n", "\n", "\n\n\n", "\t", "\t\t", " ",
    "\xa0", "\u3000",
    "\ufeff", "\0", '"', '""', "'", "\\", ",", ";", "|", ",,,", "|||", "<eos>", "<unk>", "<pad>", "[CLS]",
    "-DOCSTART-", "O", "B-", "I-X",
    "nan", "inf", "-inf", "1e308", "1e999", "-0", "1e-400", "9" * 25, "9" * 400, "9" * 5000, "1,5", "1.234,5", "5%",
    "0x10", "1_000", "\u0664",
    "NA", "null", "true", "2020-13-45", "31.02.2021", "9999999999", "train", "test", "\U0001f600", "e\u0301" * 40,
    "a" * 200_000,
    "[" * 3000, "{" * 3000, '{"a":' * 3000, "../" * 40, "/etc/passwd", "C:\\x", "%s%n", "{}", "{0}", "$_$", "<b>",
)  # fmt: skip
RAW = (
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf5\x80",
    b"PK\3\4",
    b"\x1f\x8b",
    b"BZh9",
    b"\x89PNG",
)
NUMBERS = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\0\x80",
    b"\xff" * 8,
    b"\1\0",
)
VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 10**400, 0.5, -0.0, float("nan"), float("inf"), "", "x", "\0",
    "\ud800", "a" * 100_000,
    [], {}, [[]], [None], {"": None}, "nan", "10", {"content": "x"}, [1, "a", None], "../x", "model.safetensors",
)  # fmt: skip


def damaged(data: bytes, rng: Random) -> bytes:
    """The bytes after one to three changes."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(_CHANGES)(data, rng)
    return data


def damaged_json(text: str, rng: Random) -> str:
    """A JSON text with one to three of its values, keys or items exchanged, left out or doubled."""
    content = json.loads(text)
    for _ in range(rng.choice((1, 1, 2, 3))):
        content = _changed(content, rng)
    return json.dumps(content)


def _place(data: bytes, rng: Random) -> int:
    """Anywhere, but as often near the beginning: headers are there."""
    return rng.randrange(min(len(data), rng.choice((16, 64, len(data)))) + 1) if data else 0


def _flipped(data: bytes, rng: Random) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(rng.choice((1, 1, 4, 16))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, rng: Random) -> bytes:
    return data[: _place(data, rng)] if rng.random() < 0.7 else data[_place(data, rng) :]


def _left_out(data: bytes, rng: Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + rng.choice((1, 2, 8, 40)) :]


def _doubled(data: bytes, rng: Random) -> bytes:
    at, to = sorted((_place(data, rng), _place(data, rng)))
    return data[:to] + data[at:to] * rng.choice((1, 1, 3, 50)) + data[to:]


def _moved(data: bytes, rng: Random) -> bytes:
    at, to = sorted((_place(data, rng), _place(data, rng)))
    return data[at:to] + data[:at] + data[to:]


def _with_token(data: bytes, rng: Random) -> bytes:
    at = _place(data, rng)
    token = rng.choice((*TOKENS, *TOKENS, *RAW, *NUMBERS))
    written = token.encode() if isinstance(token, str) else token
    return data[:at] + written + data[at + rng.choice((0, 0, 1, len(written))) :]


def _with_token_in_line(data: bytes, rng: Random) -> bytes:
    """At the beginning or end of a cell, where it is most of what a reader looks at."""
    ends = [i for i, letter in enumerate(data[:20_000]) if letter in b',\t\n;" ']
    at = rng.choice(ends) + rng.randrange(2) if ends else 0
    return data[:at] + rng.choice(TOKENS).encode() + data[at:]


def _other_lines(data: bytes, rng: Random) -> bytes:
    lines = data.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 1:
        del lines[i]
    elif kind == 2:
        lines[i:i] = [lines[j]] * rng.choice((1, 3))
    elif kind == 3:
        lines[i] += lines[j]
    else:
        return rng.choice((b"\r", b"\r\n", b"\n\n", b"\xe2\x80\xa8")).join(lines)
    return b"\n".join(lines)


def _encoded(data: bytes, rng: Random) -> bytes:
    return data.decode("latin-1").encode(rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-8")))


def _empty(data: bytes, rng: Random) -> bytes:
    return rng.choice((b"", b"\xef\xbb\xbf", b"\n", b" ", b"\0", b"{}", b"[]", b"null", b'""', b"\xff\xfe"))


_CHANGES = (
    *[_flipped] * 3, *[_cut] * 2, _left_out, _doubled, _moved, *[_with_token] * 4, *[_with_token_in_line] * 3,
    *[_other_lines] * 2,
    _encoded, _empty,
)  # fmt: skip


def _changed(content: object, rng: Random) -> object:
    places = list(_places(content))
    if not places:
        return rng.choice(VALUES)
    holder, key = rng.choice(places)
    kind = rng.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif kind == 1:
        holder[rng.choice(("", "x", "\ud800", "format", "type"))] = holder.pop(key)
    elif kind == 2:
        for _ in range(rng.choice((2, 300))):
            holder[key] = [holder[key]]
    elif kind == 3:
        other, name = rng.choice(places)
        holder[key] = copy.deepcopy(other[name]) if not isinstance(other[name], (dict, list)) else rng.choice(VALUES)
    else:
        holder[key] = copy.deepcopy(rng.choice(VALUES))
    return content


def _places(content, most=400):
    """Every holder with a key or index, the first few of long lists."""
    level = [content] if isinstance(content, (dict, list)) else []
    count = 0
    while level and count < most:
        here = level.pop(0)
        keys = list(here) if isinstance(here, dict) else range(min(len(here), 8))
        for key in keys:
            yield here, key
            count += 1
            if isinstance(here[key], (dict, list)):
                level.append(here[key])
