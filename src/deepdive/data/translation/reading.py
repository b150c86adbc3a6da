"""Reading sentence pairs from a text file, or from one in an archive."""

import zipfile
import zlib
from pathlib import Path

from deepdive.data.text.reading import decode_text

Pair = tuple[str, str]
"""A sentence and its translation."""


def read_pairs(path: Path | str, member: str | None = None) -> list[Pair]:
    r"""The pairs of a file with one ``source<TAB>target`` per line, as Tatoeba's are; further columns are ignored.

    White space around a sentence is taken off. Lines end in ``\n``, ``\r\n`` or ``\r``; blank ones are passed over.

    Args:
        path: a UTF-8 text file, or a .zip that holds one.
        member: which file of a .zip; if not given, the only one whose name ends in .txt or .tsv and does not begin
            with an underscore or a dot.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is a folder, a line has no tab or nothing on one side of it (names file and line), the file is
            empty, is not UTF-8 or holds NUL bytes, or the archive is damaged or does not hold the member.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; sentence pairs are in one file, of which parts are held out")
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    if zipfile.is_zipfile(path):
        member, data = _from_zip(path, member)
        name = f"{path}, {member}"
    elif member is not None or path.suffix == ".zip":
        raise ValueError(f"{path} is no whole .zip archive" + (f"; it has no member {member!r}" if member else ""))
    else:
        name, data = str(path), path.read_bytes()
    lines = decode_text(data, name).split("\n")
    pairs: list[Pair] = []
    for number, line in enumerate(lines, start=1):
        columns = line.split("\t", 2)
        if len(columns) > 1 and (source := columns[0].strip()) and (target := columns[1].strip()):
            pairs.append((source, target))
        elif line.strip():
            what = "no tab" if len(columns) == 1 else f"nothing on its {'right' if columns[0].strip() else 'left'} side"
            raise ValueError(
                f"{name}, line {number}: {line[:60]!r} has {what}; each line must be a sentence, a tab and its "
                "translation"
            )
    return pairs


def _from_zip(path: Path, member: str | None) -> tuple[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith((".txt", ".tsv"))]
        found = [name for name in names if not name.rpartition("/")[2].startswith(("_", "."))]
        some = ", ".join(found[:5])
        if member is None and len(found) != 1:
            raise ValueError(f"{path} holds {len(found)} text files, {some}; name one as member")
        member = found[0] if member is None else member
        try:
            return member, archive.read(member)
        except KeyError as error:
            raise ValueError(f"{path} has no member {member!r}; its text files are {some}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"{path}, {member} cannot be unpacked: {error}") from error
