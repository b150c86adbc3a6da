"""The run folder: everything a later command needs, readable by a person and by a program.

``run.json`` (recipe, settings, environment), ``inputs.json`` (what an example looks like), ``metrics.jsonl`` (the
same for every repetition), ``timing.jsonl``, ``checkpoints/``, curves, ``report.html``, and ``result.json`` once it
has ended.
"""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from deepdive.files import check_replaceable, make_folder, parse_json, remove_stale, write_atomically
from deepdive.names import flat, shell_line
from deepdive.training.runs.checkpoints import FolderCheckpoints
from deepdive.training.runs.environment import environment

FORMAT = 2


class RunError(ValueError):
    """A folder that is no run, a damaged one, one of another version, or one in use; the message names it."""


@dataclass(frozen=True)
class Run:
    """One run of a recipe, as a folder."""

    folder: Path
    recipe: str
    preset: str
    settings: dict[str, Any]
    created: str
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    computed: dict[str, str] = field(default_factory=dict)
    """Precision and layout; empty until the first step is about to be made."""
    chosen: dict[str, Any] = field(default_factory=dict)
    """By flat name, ``optimizer.lr``, what was taken for settings that were left open."""
    source: str = ""
    """The file of a recipe that is none of the library's."""
    digest: str = ""
    """What its bytes were."""

    @classmethod
    def create(
        cls,
        recipe: str,
        settings: dict[str, Any],
        *,
        preset: str = "quick",
        root: Path = Path("runs"),
        chosen: dict[str, Any] | None = None,
        source: str = "",
        digest: str = "",
    ) -> "Run":
        """Make ``<root>/<recipe>/<time>-<id>/`` with its ``run.json``, and open it: a resumed run sees nothing else.

        Raises:
            ValueError: the settings are none that JSON has; nothing is made then.
            OSError: the folder cannot be made or written to.
        """
        now = time.localtime()
        folder = root / recipe / f"{time.strftime('%Y%m%d-%H%M%S', now)}-{secrets.token_hex(2)}"
        created = time.strftime("%Y-%m-%dT%H:%M:%S%z", now)
        command = ["deepdive", *sys.argv[1:]]
        words: dict[str, Any] = {"chosen": chosen or {}, "source": source, "digest": digest}
        run = cls(folder, recipe, preset, settings, created, command, environment(), **words)
        for name, value in (settings | words["chosen"]).items():
            if not _is_plain(value):
                raise ValueError(f"settings must be numbers, words or sequences of them, got {name} {value!r}")
        folder.mkdir(parents=True)
        run._write()
        return cls.open(folder)

    def note_computed(self, computed: dict[str, str]) -> None:
        """Keep how the run is computed, before its first step: a resumed run goes on in the same way."""
        replace(self, computed=computed)._write()

    def _write(self) -> None:
        self.write_json("run.json", {"format": FORMAT} | {k: v for k, v in vars(self).items() if k != "folder"})

    @classmethod
    def open(cls, folder: Path) -> "Run":
        """A run that exists.

        Raises:
            FileNotFoundError: there is no such folder.
            RunError: the folder is no run, is damaged, or was written by another version.
        """
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no run folder {folder}")
        if not (folder / "run.json").is_file():
            inside = [file.parent for file in (*folder.glob("*/run.json"), *folder.glob("*/*/run.json"))]
            newest = max(inside, key=lambda each: (each.name, each), default=None)
            meant = f"; perhaps {newest} was meant" if newest else ""
            raise RunError(f"{folder} is no run folder: it has no run.json{meant}")
        content = _read_json(folder / "run.json")
        if not isinstance(content, dict) or "format" not in content:
            raise RunError(f"{folder / 'run.json'} is damaged: it does not state its format")
        if content.pop("format") != FORMAT:
            raise RunError(f"{folder} was written by another version of deepdive; this one reads run format {FORMAT}")
        try:
            return msgspec.convert(content | {"folder": str(folder)}, cls, dec_hook=lambda kind, value: kind(value))
        except (msgspec.ValidationError, UnicodeEncodeError) as error:  # half a character in a name
            raise RunError(f"{folder / 'run.json'} is damaged: {error}") from error

    @property
    def used_settings(self) -> dict[str, Any]:
        """The settings under flat names, with what was chosen and computed where they leave that open."""
        known = {name: value for name, value in self.computed.items() if self.settings.get(name) == "auto"}
        return dict(flat(self.settings)) | known | self.chosen

    @property
    def checkpoints(self) -> FolderCheckpoints:
        """The checkpoints ``last`` and ``best``."""
        return FolderCheckpoints(self.folder, "checkpoints")

    @property
    def go_on(self) -> str:
        """What to do with a run that has not come to its end, or lacks its report."""
        return f"go on with: {shell_line('deepdive', 'resume', self.folder)}"

    @property
    def metrics_file(self) -> Path:
        """One JSON object per record."""
        return self.folder / "metrics.jsonl"

    @property
    def result(self) -> dict[str, Any] | None:
        """What ``result.json`` holds, ``None`` until the run has ended."""
        path = self.folder / "result.json"
        return _read_json(path) if path.exists() else None

    def write_json(self, name: str, content: Any) -> None:
        """Write a JSON file into the folder, or into one below it, atomically."""
        text = json.dumps(content, indent=2, ensure_ascii=False)
        try:
            text.encode()
        except UnicodeEncodeError:  # the path of a file need not be text
            text = json.dumps(content, indent=2)
        *folders, file = name.split("/")
        write_atomically(make_folder(self.folder, *folders) / file, text + "\n")

    def read_json(self, name: str) -> Any:
        """Read a JSON file of the folder.

        Raises:
            RunError: the file is missing or damaged.
        """
        path = self.folder / name
        if not path.is_file():
            raise RunError(f"{self.folder} has no {name}: the run ended before it was written")
        return _read_json(path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder, and remove what killed ones were writing.

        Raises:
            RunError: another process does so now.
            OSError: the lock cannot be made.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / ".lock", timeout=0)
        check_replaceable(Path(lock.lock_file))
        try:
            lock.acquire()
        except Timeout:
            raise RunError(f"{self.folder} is being trained by another process") from None
        try:
            remove_stale(self.folder)
            yield
        finally:
            lock.release()


def _read_json(path: Path) -> Any:
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} is damaged: {error}") from error


def _is_plain(value: Any) -> bool:
    """Whether JSON gives it back."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(each) for key, each in value.items())
    return (
        all(map(_is_plain, value)) if isinstance(value, list | tuple) else isinstance(value, str | int | float | None)
    )
