"""The files of a folder that are parts of a data set, and what two parts have in common."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deepdive.data.parts.names import PARTS, PURPOSE, Part, is_hidden, listed, only_one_each, parts_of, stem
from deepdive.data.sources.walking import DEEPEST, walk

_ANSWERED = frozenset("annotated gold labeled labelled tagged solution".split())
"""Words in the name of a file that has the classes or tags, beside one that has not."""


def part_files(folder: Path) -> tuple[dict[Part, Path], tuple[str, ...]]:
    """The files of a folder that are parts by their names, and in words which those are and what is left aside.

    Instead of a file there may be a folder of that name with one file in it, and all may lie one or more folders
    deeper, as archives often have it.

    Raises:
        ValueError: there is nothing to learn from, several files are the same part, or a part's folder holds another
            number of files than one.
    """
    here = folder
    while True:
        entries = [path for path in sorted(here.iterdir()) if not is_hidden(path.name) and not leads_back(path)]
        named = parts_of(stem(path) for path in entries)
        parts = _without_answers({path: part for path in entries if (part := named.get(stem(path)))})
        below = [path for path in entries if path.is_dir()]
        if "train" in parts.values() or len(below) != 1 or below[0] in parts:
            break
        if len(here.parts) - len(folder.parts) >= DEEPEST:
            raise ValueError(f"{folder} must hold its files at most {DEEPEST} folders deep")
        here = below[0]
    if "train" not in parts.values():
        raise ValueError(
            f"{here} must hold a file to learn from, called train (e.g. train.txt), and may hold val and test; it "
            f"holds {listed(path.name for path in entries)}"
        )
    found: dict[Part, Path] = {part: _file(path, part) for part, path in only_one_each(parts).items()}
    told = ", ".join(f"{file.relative_to(folder)} is {PURPOSE[part]}" for part, file in found.items())
    told += "" if "test" in found else ", nothing is tested on"
    aside = [path.name for path in entries if path not in parts]
    return found, (told, *((f"left aside in {here}: {listed(aside)}",) if aside else ()))


def _without_answers(parts: dict[Path, Part]) -> dict[Path, Part]:
    """Of two files to test on, as contests have them, that with the answers: ``test.annotated`` beside ``test``."""
    kept: dict[Path, Part] = dict(parts)
    for part in PARTS:
        files = [path for path, each in parts.items() if each == part]
        answered = [path for path in files if _ANSWERED & {*re.split(r"[\W_]+", path.name.lower())}]
        if len(answered) == 1:
            for path in {*files}.difference(answered):
                del kept[path]
    return kept


def leads_back(path: Path) -> bool:
    """Whether something is a link to a folder that it lies in, however deep: a way in a circle."""
    return path.is_symlink() and path.parent.resolve().is_relative_to(path.resolve())


def gone_note(paths: Sequence[Path]) -> str:
    """That what is no file, such as a link that leads nowhere, is left aside, and which is the first."""
    what = "a link that leads nowhere" if paths[0].is_symlink() else "no plain file"
    more = f"; and {len(paths) - 1:,} more such" if len(paths) > 1 else ""
    return f"left aside: {paths[0]}, which is {what}{more}"


def shared_note(parts: Mapping[str, Sequence[object]], what: str) -> Iterator[str]:
    """In words, how many examples of other parts can also be learnt from.

    Args:
        parts: what tells two examples apart, of each example of every part.
        what: the examples are called.
    """
    learnt = set(parts.get("train", ()))
    for part, examples in parts.items():
        both = sum(example in learnt for example in examples) if part != "train" else 0
        if both:
            yield f"{both} of {len(examples)} {what} of the {part} set are also in the training set"


def _file(path: Path, part: Part) -> Path:
    if path.is_file():
        return path
    if not path.exists():
        raise ValueError(f"{path} must be a file, which is {PURPOSE[part]}; it is a link that leads nowhere")
    inside = sorted(here / name for here, _, names in walk(path) for name in names if not is_hidden(name))
    if len(inside) != 1:
        raise ValueError(
            f"{path} must hold one file, which is {PURPOSE[part]}; it holds {listed(file.name for file in inside)}"
        )
    return inside[0]
