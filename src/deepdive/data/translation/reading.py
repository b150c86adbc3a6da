"""Reading sentence pairs from a text file, or from one in an archive."""

from pathlib import Path

from deepdive.data.delimited import read_delimited

Pair = tuple[str, str]
"""A sentence and its translation."""
SUFFIXES = (".txt", ".tsv", ".tab")
"""Of files of pairs in a .zip."""


def read_pairs(path: Path | str, member: str | None = None) -> list[Pair]:
    r"""The pairs of a file with one ``source<TAB>target`` per line, as Tatoeba's are; further columns are ignored.

    All lines have the same number of columns. Quotes are letters like any other. White space around a sentence is taken
    off. Lines end in ``\n``, ``\r\n`` or ``\r``; blank ones are passed over.

    Args:
        path: a text file in UTF-8, or UTF-16 with its mark; it may be compressed (.gz, .bz2, .xz), or in a .zip.
        member: which file of a .zip; if not given, the only one whose name ends in .txt, .tsv or .tab and does not
            begin with an underscore or a dot.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is a folder; a line has no tab, nothing on one side of it or more columns than the first (names
            file and line); the file is empty, is not decodable or holds NUL bytes; or the archive is damaged or does
            not hold the member.
    """
    if Path(path).expanduser().is_dir():
        raise ValueError(f"{path} is a folder; sentence pairs are in one file, of which parts are held out")
    read = read_delimited(path, delimiter="tab", header=False, quotes=False, member=member, suffixes=SUFFIXES)
    pairs: list[Pair] = []
    for i, row in enumerate(read.rows):
        source, target = row[0].strip(), row[1].strip() if len(row) > 1 else ""
        if not source or not target:
            what = "no tab" if len(row) == 1 else f"nothing on its {'right' if source else 'left'} side"
            line = "\t".join(row)[:60]
            raise ValueError(
                f"{read.where(i)}: a line must be a sentence, a tab and its translation, got {what} in {line!r}"
            )
        pairs.append((source, target))
    return pairs
