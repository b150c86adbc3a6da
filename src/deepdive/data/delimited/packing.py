"""The bytes of a text file that may be compressed."""

from collections.abc import Collection
from pathlib import Path

from deepdive.data.sources.archives import ArchiveError, plain_files
from deepdive.data.sources.base import BROKEN_STREAM
from deepdive.data.sources.packed import OPENERS, limit_of, too_much

PACKED = (*OPENERS, ".zip")
"""Endings of the names of compressed files."""
_ZIP = b"PK\3\4"
_THEN = "decompress it and name the file in it"


def suffix_of(name: str) -> str:
    """The suffix in lower case, that of the file within a compressed one: ``.csv`` for ``A.CSV.gz``."""
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix in PACKED else path.suffix


def unpacked(path: Path | str, suffixes: Collection[str], member: str | None = None) -> tuple[str, str, bytes]:
    """What errors call a file, the suffix of its content, and the content: decompressed if it ends in .gz, .bz2 or .xz.

    Of a .zip it is the only member with one of the ``suffixes`` that is not hidden, or the ``member`` of that name.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is a folder, is damaged, is compressed though its name does not say so, is a .zip that holds no
            such member or several, or holds more than 64 MiB and more than 100 times its own length.

    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; it must be a file")
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    ending = path.suffix.lower()
    if ending == ".zip":
        return _from_zip(path, suffixes, member)
    if member is not None:
        raise ValueError(f"{path} is no .zip archive; it has no member {member!r}")
    if ending in OPENERS:
        return str(path), suffix_of(path.name), _decompressed(path, ending)
    data = path.read_bytes()
    if data.startswith(_ZIP):
        raise ValueError(f"{path} is a .zip archive or a spreadsheet, no text; save a spreadsheet as CSV in UTF-8")
    elif packing := next((name for name, (magic, _) in OPENERS.items() if data.startswith(magic)), None):
        raise ValueError(f"{path} is compressed; its name must end in {packing}")
    return str(path), suffix_of(path.name), data


def _decompressed(path: Path, ending: str) -> bytes:
    limit, done, parts = limit_of(path), 0, list[bytes]()
    try:
        with OPENERS[ending][1](path, "rb") as stream:
            while part := stream.read(1 << 20):
                parts.append(part)
                if (done := done + len(part)) > limit:
                    raise too_much(str(path), limit, _THEN)
    except BROKEN_STREAM as error:
        raise ValueError(f"{path} cannot be read, it is damaged or no {ending} file: {error}") from error
    return b"".join(parts)


def _from_zip(path: Path, suffixes: Collection[str], member: str | None) -> tuple[str, str, bytes]:
    try:
        content = {name: size for name, size, read in plain_files(path) if read is not None}
    except ArchiveError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    texts = [
        name
        for name in content
        if suffix_of(name) in suffixes and not name.rpartition("/")[2].startswith(("_", ".")) and "__MACOSX" not in name
    ]
    some = ", ".join(texts[:5]) + (", ..." if len(texts) > 5 else "")
    if member is not None and member not in content:
        raise ValueError(f"{path} has no member {member!r}; its text files are {some or 'none'}")
    if member is None and len(texts) != 1:
        ending = ", ".join(sorted(suffixes))
        raise ValueError(f"{path} must hold one text file ({ending}), got {len(texts)}{': ' if texts else ''}{some}")
    name = texts[0] if member is None else member
    if content[name] > limit_of(path):
        raise too_much(f"{path}, {name}", limit_of(path), _THEN)
    try:
        return f"{path}, {name}", suffix_of(name), _read(path, name)
    except ArchiveError as error:
        raise ValueError(f"{path}, {name} cannot be read: {error}") from error


def _read(path: Path, wanted: str) -> bytes:
    for name, _, read in plain_files(path):
        if name == wanted and read is not None:
            return read()
    raise ArchiveError(f"{path.name} has no member {wanted!r}")
