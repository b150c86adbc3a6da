"""An input for a trained run, as its report shows how to use it: typed on the command line, and in Python."""

from dataclasses import dataclass
from pathlib import Path

from deepdive.files import write_atomically


@dataclass(frozen=True)
class Example:
    """One input."""

    words: tuple[str | Path, ...]
    """On the command line, after the run folder."""
    code: str
    """In Python, the argument of ``model.predict``."""

    @classmethod
    def of_files(cls, *files: Path) -> "Example":
        """Files that are there."""
        paths = [file.absolute() for file in files]
        return cls((*paths,), f"[{', '.join(repr(str(path)) for path in paths)}]")

    @classmethod
    def written(cls, folder: Path, name: str, *contents: bytes | str) -> "Example":
        """New files in a folder, called ``name``, or several with a number before the suffix."""
        stem, _, suffix = name.partition(".")
        names = [name] if len(contents) == 1 else [f"{stem}-{i}.{suffix}" for i, _ in enumerate(contents, start=1)]
        for each, content in zip(names, contents, strict=True):
            write_atomically(folder / each, content)
        return cls.of_files(*(folder / each for each in names))

    @classmethod
    def of_text(cls, *parts: str) -> "Example":
        """A text, or the two of a pair."""
        plain = [" ".join(part.split()) for part in parts]
        word = "|||".join(plain)
        word = f" {word}" if word.startswith("-") else word  # else it would be taken for a flag
        return cls((word,), repr([tuple(plain) if len(plain) > 1 else plain[0]]))
