"""Files that are on this machine already: in the user's folders, or inside an installed library."""

import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.progress import Report
from deepdive.data.sources.base import File, SourceError, Streams, decompressed, is_intact
from deepdive.data.sources.walking import DEEPEST


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders named in ``DEEPDIVE_DATA``, searched with everything below them by file name.

    A file counts under its own name, or gzipped under that name and ``.gz``. Where several have the right name,
    the content decides.
    """

    variable: str = "DEEPDIVE_DATA"
    """The environment variable that names the folders, separated as in ``PATH``."""

    @property
    def label(self) -> str:
        """``DEEPDIVE_DATA`` and its value."""
        value = os.environ.get(self.variable)
        return f"{self.variable}={value}" if value else self.variable

    def available(self, files: Sequence[File]) -> bool:
        """Whether every file is there by name, and the smallest of them, which is quickly read, by content."""
        found = self._search(files)
        smallest = min(files, key=lambda file: file.size)
        return all(found.values()) and any(is_intact(path, smallest) for path in found[smallest.name])

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """For each file the first of that name with the right content; see `Source`."""
        if not os.environ.get(self.variable):
            raise SourceError("not set; it may name folders that hold the files")
        if missing := [str(folder) for folder in self._folders() if not folder.is_dir()]:
            raise SourceError(f"no such folder: {', '.join(missing)}")
        found, problems = self._search(files), []
        for file in files:
            candidates = found[file.name]
            path = next((path for path in candidates if is_intact(path, file)), None)
            if path is not None:
                with path.open("rb") as stream:
                    yield file, decompressed(stream, path.name, file)
            elif candidates:
                problems.append(f"other content than expected: {', '.join(map(str, candidates))}")
            else:
                problems.append(f"no file named {file.name}")
        if problems:
            raise SourceError("; ".join(problems))

    def _folders(self) -> list[Path]:
        names = os.environ.get(self.variable, "").split(os.pathsep)
        return [Path(name).expanduser() for name in names if name]

    def _search(self, files: Sequence[File]) -> dict[str, list[Path]]:
        wanted = {file.name: file for file in files} | {f"{file.name}.gz": file for file in files}
        found: dict[str, list[Path]] = {file.name: [] for file in files}
        for folder in self._folders():
            top = len(folder.parts)
            for parent, subfolders, names in os.walk(folder):
                subfolders.sort()
                here = Path(parent)
                if len(here.parts) - top >= DEEPEST:
                    subfolders.clear()  # no data lies there
                for name in sorted(wanted.keys() & set(names)):
                    found[wanted[name].name].append(here / name)
        return found


@dataclass(frozen=True, slots=True)
class Installed:
    """Files inside an installed library, found without importing it."""

    module: str
    """The library's import name."""
    folder: str
    """The folder inside the library."""

    @property
    def label(self) -> str:
        """The library in words."""
        return f"the installed library {self.module}"

    def available(self, files: Sequence[File]) -> bool:
        """Whether the library is installed and has every file."""
        root = self._root()
        return root is not None and all((root / file.name).is_file() for file in files)

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """The files of the library; see `Source`."""
        root = self._root()
        if root is None:
            raise SourceError("not installed")
        for file in files:
            try:
                with (root / file.name).open("rb") as stream:
                    yield file, stream
            except OSError as error:
                raise SourceError(f"{root / file.name}: {error.strerror}") from error

    def _root(self) -> Path | None:
        spec = importlib.util.find_spec(self.module)
        locations = spec.submodule_search_locations if spec else None
        return Path(locations[0], self.folder) if locations else None
