"""The parts of a data set by their usual names: what is learnt from, validated on and tested on.

Every reader of folders, files and tables asks here, so that ``Training``, ``train_set`` and ``TRAIN.tsv`` are the same
part wherever they stand.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = get_args(Part)

_NAMES: dict[Part, str] = {
    "train": "train training trained trn trainval learn learning seen",
    "val": "val vali valid validation validate validating dev devel develop development testa",
    "test": "test tests testing tested tst testb eval evaluation evaluate holdout heldout unseen",
}
"""``testa`` and ``testb``, as one word, are the files of CoNLL-2003 to validate and to test on."""
_ONE_WORD = ("testa", "testb")
"""Not ``Test_A`` or ``testA``: those are the test of what is called A."""
_DOUBTFUL = frozenset("seen unseen learn learning trained tested validate develop development evaluate".split())
"""Values of a column that may tell something else of its rows, unless its name says that it tells the part."""
PURPOSE: dict[Part, str] = {"train": "learnt from", "val": "validated on", "test": "tested on"}
_PART_OF: dict[str, Part] = {word: part for part, words in _NAMES.items() for word in words.split()}
_EITHER = re.compile("eval", re.IGNORECASE)
"""What is tested on, unless something else is called a test."""
_BESIDE = (
    "dataset datasets data sets set splits split subset partition part folder files file images image imgs img "
    "pictures picture pics photos photo examples samples x v"
)
"""What stands beside such a word and says nothing: ``train_set``, ``images-test``, ``valData``."""
_ANY = "|".join(_BESIDE.split())
_PLAIN = re.compile(rf"(?:{_ANY})*({'|'.join(_PART_OF)})(?:{_ANY})*")
_GROWN = re.compile("(.+?)(train|training|valid|validation|dev|test|testing|testa|testb)")
_COLUMN = re.compile(r"(data[ _-]?)?(set|split|subset|part|partition|usage|phase|fold)", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = frozenset({"__macosx", "@eadir", "thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin", "lost+found"})
_SHOWN = 12
_MOST = 12
"""A column of parts has no more words than so many spellings of them."""
_LONGEST = 48
"""Longer names are no part's: the time to take one apart grows fast with its length."""


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden, or what a Mac, Windows or a file server adds to folders and archives."""
    return name.startswith(".") or name.lower() in _HIDDEN


def part_of(name: str) -> Part | None:
    """Which part a folder or file is by its name alone, if that says nothing else.

    >>> [part_of(name) for name in ("Training", "valid.txt", "test_images", "TRAIN2017", "latest", "test_tube")]
    ['train', 'val', 'test', 'train', None, None]
    """
    part, rest = _read(name)
    return part if not rest else None


def says_nothing(name: str) -> bool:
    """Whether a name has only such words as stand beside a part's: ``images``, ``data_set``, or none at all."""
    whole = "".join(_words(name))
    return len(whole) <= _LONGEST and re.fullmatch(rf"(?:{_ANY})*", whole) is not None


def parts_of(names: Iterable[str]) -> dict[str, Part]:
    """Which of the names that stand side by side are parts; several may be the same one.

    A name that says more than its part, like ``mri_train``, is one only where there is something to learn from and
    another part beside it: of ``mri_train`` and ``mri_test`` both are, of ``test_tube`` and ``flask`` none.

    >>> parts_of(["mri_train", "mri_test", "readme"])
    {'mri_train': 'train', 'mri_test': 'test'}
    """
    read = {name: _read(name) for name in names}
    plain: dict[str, Part] = {name: part for name, (part, rest) in read.items() if part and not rest}
    named: dict[str, Part] = {name: part for name, (part, _) in read.items() if part}
    kinds = set(named.values())
    found: dict[str, Part] = dict(named if "train" in kinds and len(kinds) > 1 else plain)
    if "train" not in found.values() and (grown := _grown(read)):
        found = grown
    tested = [name for name, part in found.items() if part == "test"]
    either = [name for name in tested if _EITHER.search(name)]
    if either and len(either) < len(tested):
        found.update(dict.fromkeys(either, "val"))
    return found


def _grown(names: Iterable[str]) -> dict[str, Part]:
    """Parts whose names are grown together with one other word: ``nertrain`` and ``nertest``; ``latest`` alone is none.

    Nothing, unless there is something to learn from and another part with the same word.
    """
    found: dict[str, dict[str, Part]] = {}
    for name in names:
        *rest, last = _words(name) or [""]
        match = _GROWN.fullmatch(last[:_LONGEST])
        if match:
            found.setdefault(" ".join((*rest, match[1])), {})[name] = _PART_OF[match[2]]
    fitting = [parts for parts in found.values() if "train" in parts.values() and len(set(parts.values())) > 1]
    return fitting[0] if len(fitting) == 1 else {}


def only_one_each(found: Mapping[Path, Part]) -> dict[Part, Path]:
    """Where each part is.

    Raises:
        ValueError: two are the same part.
    """
    parts: dict[Part, Path] = {}
    for path, part in sorted(found.items(), key=lambda item: (PARTS.index(item[1]), item[0])):
        if part in parts:
            raise ValueError(
                f"{parts[part]} and {path} are the same part of the data, by their names: what is "
                f"{PURPOSE[part]}; keep one of them"
            )
        parts[part] = path
    return parts


def part_column(columns: Mapping[str, Sequence[str]]) -> tuple[str, list[Part]] | None:
    """The column of a table that tells the part of every row, and those parts; ``None`` where none does.

    It is one whose values are all names of parts, ``train`` among them (``seen``, ``learning`` and the like count only
    in a column that is called ``split`` or the like, as they may tell something else of a row), or one that is called
    ``is_valid``, ``is_test`` or the like and holds 0 and 1, or true and false; the other rows are then learnt from.

    Raises:
        ValueError: a column called ``split`` or the like has ``train`` in some rows and no part's name in others.

    >>> part_column({"id": ["1", "2"], "split": ["Train", "test"]})
    ('split', ['train', 'test'])
    """
    for name, values in columns.items():
        distinct = dict.fromkeys(values)
        if len(distinct) > _MOST:
            continue
        parts = parts_of(distinct)
        unknown = [value for value in values if value not in parts]
        called = _COLUMN.fullmatch(name.strip()) is not None
        if not called and any(word in _DOUBTFUL for value in distinct for word in _words(value)):
            continue
        if "train" in parts.values() and not unknown:
            return name, [parts[value] for value in values]
        if "train" in parts.values() and called:
            row = next(row for row, value in enumerate(values, start=1) if value == unknown[0])
            raise ValueError(
                f"column {name!r} tells the part of a row, but row {row} has {unknown[0]!r} there; it must be "
                "train, val or test in all rows"
            )
    for name, values in columns.items():
        asked = re.fullmatch(r"is[ _-]?(\w+)", name.strip(), re.IGNORECASE)
        part = part_of(asked[1]) if asked else None
        said = {value: _TRUTH.get(value.strip().lower()) for value in set(values)}
        if part and set(said.values()) == {True, False}:
            other: Part = "train" if part != "train" else "test"
            return name, [part if said[value] else other for value in values]
    return None


def listed(names: Iterable[str]) -> str:
    """The first few of some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more if every else "nothing"


_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _read(name: str) -> tuple[Part | None, tuple[str, ...]]:
    """The part that a name speaks of, if it is one alone, and the other words of the name."""
    words = _words(name)
    if sum(map(len, words)) > _LONGEST:
        return None, tuple(words)
    whole = _PLAIN.fullmatch("".join(words))
    if whole and (whole[1] not in _ONE_WORD or any(whole[1] in word for word in words)):
        return _PART_OF[whole[1]], ()
    parts: dict[str, Part] = {word: _PART_OF[match[1]] for word in words if (match := _PLAIN.fullmatch(word))}
    rest = tuple(word for word in words if word not in parts)
    part = next(iter(parts.values()), None)
    return (part if len(set(parts.values())) == 1 else None), rest


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(_HUMP.sub(" ", stem(Path(name))))]


def stem(path: Path) -> str:
    """A name without endings such as ``.txt.gz``; that of ``eng.train`` is no ending."""
    name = path.name
    while (cut := name.rpartition("."))[0]:
        if not re.fullmatch(r"[A-Za-z]\w{0,7}", cut[2]) or _PLAIN.fullmatch(cut[2].lower()):
            break
        name = cut[0]
    return name
