"""Texts by name: what the files of a named corpus hold, and how it is usually cut."""

import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdive.data.delimited.packing import unpacked
from deepdive.data.fetching import fetch_any
from deepdive.data.parts import part_files
from deepdive.data.progress import Report
from deepdive.data.text.module import TextDataModule, Texts
from deepdive.data.text.reading import decode_text, read_text
from deepdive.data.text.tokens import CharacterTokenizer, Tokenizer, WordTokenizer
from deepdive.names import suggestion

Files = Mapping[str, Path]


@dataclass(frozen=True)
class Corpus:
    """How the files of a named corpus become texts, and what they are usually cut into."""

    read: Callable[[Files], str | Texts]
    tokenizer: Tokenizer


def _read_ptb(files: Files) -> Texts:
    return _from_zip(files["ptb.zip"], "ptb.train.txt", "ptb.valid.txt", "ptb.test.txt")


def _read_wikitext(files: Files) -> Texts:
    if "wikitext-2-v1.zip" in files:
        return _from_zip(files["wikitext-2-v1.zip"], "wiki.train.tokens", "wiki.valid.tokens", "wiki.test.tokens")
    train = decode_text(unpacked(files["train_decoded.txt.xz"], ())[2], str(files["train_decoded.txt.xz"]))
    return Texts(train, read_text(files["valid.txt"]), read_text(files["test.txt"]))


def _from_zip(path: Path, *parts: str) -> Texts:
    """The parts to train on, to validate on and to test on, whatever folder of the archive they are in."""
    with zipfile.ZipFile(path) as archive:
        members = {Path(name).name: name for name in archive.namelist()}
        if missing := [part for part in parts if part not in members]:
            raise ValueError(f"{path} lacks {missing[0]}; it holds {', '.join(members) or 'nothing'}")
        return Texts(*(decode_text(archive.read(members[part]), f"{path}, {part}") for part in parts))


CORPORA: Mapping[str, Corpus] = {
    "time-machine": Corpus(lambda files: read_text(files["timemachine.txt"]), CharacterTokenizer(letters_only=True)),
    "moby-dick": Corpus(lambda files: read_text(files["data.txt"]), CharacterTokenizer(letters_only=True)),
    "ptb": Corpus(_read_ptb, WordTokenizer(line_end="<eos>")),
    "wikitext2": Corpus(_read_wikitext, WordTokenizer(line_end="<eos>")),
    "wikitext2-shuffled": Corpus(_read_wikitext, WordTokenizer(line_end="<eos>")),
}
"""Every corpus by its name in the registry."""


def read_corpus(name: str, *, report: Report | None = None) -> str | Texts:
    """The texts of a named corpus, obtained first if need be.

    Raises:
        ValueError: no corpus has that name, or its files are not what they should be.
        DataUnavailableError: no source has it; the message lists each.

    """
    if name not in CORPORA:
        raise ValueError(f"{name!r} is no corpus; these are: {', '.join(CORPORA)}")
    _, files = fetch_any(name, report=report)
    return CORPORA[name].read(files)


def read_texts(path: Path) -> str | Texts:
    """The text of a file, or those of a folder whose files are parts by their names (`part_files`).

    Raises:
        FileNotFoundError: there is neither.
        ValueError: a folder has nothing to learn from or two files for a part, or a file is no text, see `read_text`.

    """
    if not path.is_dir():
        return read_text(path)
    return Texts(**{part: read_text(file) for part, file in part_files(path)[0].items()})


def load_text(
    source: str | Path, tokenizer: Tokenizer | None = None, *, report: Report | None = None, **options: Any
) -> TextDataModule:
    """A text as a data module; nothing is read before its ``prepare``.

    Args:
        source: a name in `CORPORA`, or a text file of one's own in UTF-8, or a folder of such, see `read_texts`.
        tokenizer: cuts it into tokens; by default as the corpus usually is, and a file of one's own into characters.
        report: told how far a download is.
        options: as in `TextDataModule`.

    Raises:
        ValueError: neither a corpus nor a file has that name.
        FileNotFoundError: no file at that path.

    """
    name = str(source)
    if isinstance(source, str) and name in CORPORA:
        return TextDataModule(lambda: read_corpus(name, report=report), tokenizer or CORPORA[name].tokenizer, **options)
    path = Path(source).expanduser()
    if not path.exists():
        if isinstance(source, Path) or "/" in name or os.sep in name or path.suffix:
            raise FileNotFoundError(f"no such file: {source}")
        raise ValueError(f"{name!r} is no corpus, nor is there a file of that name{suggestion(name, CORPORA)}")
    return TextDataModule(lambda: read_texts(path), tokenizer or CharacterTokenizer(), **options)
