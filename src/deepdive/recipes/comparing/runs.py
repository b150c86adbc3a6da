"""What run folders hold of their runs, and in which settings these differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, product
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from deepdive.json_values import json_values
from deepdive.training import Run, RunError
from deepdive.training.listeners import read_metrics
from deepdive.training.records import Record

_ASKED = frozenset(
    "data target targets kind log_target folds test column label text label_column score_column text_column "
    "second_column tokens".split()
)
"""Settings that say of what, and of which part of it, metrics are; runs that differ in one have none in common."""
DATA = "the data"
"""Among what runs differ in: what they learn from and are measured by is not the same, whatever the settings say."""
ABSENT = object()
"""The value of a setting that a recipe does not have."""


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs, under a letter."""

    letter: str
    folder: Path
    recipe: str = ""
    preset: str = ""
    created: str = ""
    state: str = ""
    """pass, MISS, ended (without a target), unfinished, or damaged, and why."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Flat, e.g. ``optimizer.lr``."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """The final ones; of an unfinished run those of its last epoch."""
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    seconds: float | None = None
    parameters: int | None = None
    records: Sequence[Record] = ()
    fingerprint: str | None = None
    """A checksum of its data, comparable among runs of one recipe; ``None`` of a run that had none yet."""

    @property
    def finished(self) -> bool:
        """Whether its metrics are the final ones."""
        return self.seconds is not None

    @property
    def damaged(self) -> bool:
        """Whether nothing can be said of it but why."""
        return self.state.startswith("damaged")

    def to_json(self) -> dict[str, Any]:
        """All of it but the records; what is no finite number is null."""
        return {
            "letter": self.letter,
            "folder": str(self.folder),
            "recipe": self.recipe,
            "preset": self.preset,
            "created": self.created,
            "state": self.state,
            "settings": dict(self.settings),
            "metrics": json_values(self.metrics),
            "baselines": json_values(self.baselines),
            "seconds": self.seconds,
            "parameters": self.parameters,
        }


@dataclass(frozen=True)
class Comparison:
    """Runs in the order in which they were named."""

    runs: tuple[ComparedRun, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def readable(self) -> tuple[ComparedRun, ...]:
        """Those that are not damaged."""
        return tuple(run for run in self.runs if not run.damaged)

    @cached_property
    def differing(self) -> dict[str, list[Any]]:
        """Settings of which the runs that have them do not agree, with the value of each run, or ``ABSENT``."""
        found = {}
        for name in dict.fromkeys(name for run in self.readable for name in run.settings):
            values = [run.settings.get(name, ABSENT) for run in self.readable]
            known = [value for value in values if value is not ABSENT]
            if any(value != known[0] for value in known):
                found[name] = values
        return found

    @cached_property
    def incomparable(self) -> list[str]:
        """In what the runs differ so that their metrics are no measures of one thing, such as ``data`` or ``target``.

        It is `DATA` where no such setting tells why runs of one recipe have other data: a file with other contents, or
        a setting that the data follow from, such as a noise, a size of the vocabulary or of the images. Other training
        examples alone count, too. Different recipes are compared where they have the same data and the same metrics.
        """
        found = [name for name in self.differing if name in _ASKED]
        if not found and self._data_differ:
            found.append(DATA)
        some = [run for run in self.readable if "data" not in run.settings]
        measured = {frozenset(run.metrics) for run in self.readable if run.metrics and run.finished}
        recipes = len({run.recipe for run in self.readable}) > 1
        if recipes and not found and (some or len(measured) > 1):
            found.append("recipe")
        return found

    @property
    def _data_differ(self) -> bool:
        """Whether runs of one recipe have different fingerprints."""
        found: dict[str, str] = {}
        known = [run for run in self.readable if run.fingerprint is not None]
        return any(found.setdefault(run.recipe, str(run.fingerprint)) != run.fingerprint for run in known)

    @cached_property
    def partial(self) -> dict[str, list[str]]:
        """By the letters of the runs that have them, the settings that other runs do not have."""
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys(name for run in self.readable for name in run.settings):
            letters = [run.letter for run in self.readable if name in run.settings]
            if len(letters) < len(self.readable) and name not in self.differing:
                found.setdefault(", ".join(letters), []).append(name)
        return found

    @cached_property
    def metrics(self) -> list[str]:
        """The names of all metrics: those of the test first, then of the validation, then others."""
        names = dict.fromkeys(name for run in self.readable for name in run.metrics)
        rank = {"test": 0, "val": 1}
        return sorted(names, key=lambda name: rank.get(name.partition("_")[0], 2))

    def baselines(self, metric: str) -> list[str]:
        """The names of the baselines that a metric was measured of in any run."""
        return [*dict.fromkeys(n for run in self.readable for n, each in run.baselines.items() if metric in each)]

    def to_json(self) -> dict[str, Any]:
        """All that is compared."""
        differing = {
            name: {run.letter: value for run, value in zip(self.readable, values, strict=True) if value is not ABSENT}
            for name, values in self.differing.items()
        }
        return {"runs": [run.to_json() for run in self.runs], "differing": differing} | {
            "incomparable": self.incomparable,
            "notes": list(self.notes),
        }


def compare(folders: Sequence[Path]) -> Comparison:
    """Read the runs; one that is given twice is compared once, and a damaged one is said to be so.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: a folder is no run, fewer than two different ones are given, or all are damaged.
    """
    chosen: dict[Path, Path] = {}
    notes = []
    for folder in folders:
        if folder.resolve() in chosen:
            notes.append(f"{folder} is given more than once, and compared once")
        chosen.setdefault(folder.resolve(), folder)
    if len(chosen) < 2:
        raise ValueError(f"runs must be at least two different ones, got {len(chosen)}")
    runs = tuple(_read(folder, letter) for folder, letter in zip(chosen.values(), letters(), strict=False))
    if all(run.damaged for run in runs):
        raise ValueError(f"at least one run must be whole: {runs[0].state}")
    return Comparison(runs, tuple(notes))


def letters() -> Iterator[str]:
    """``A``, ``B``, ..., ``Z``, ``AA``, ``AB``, ..."""
    for length in count(1):
        yield from map("".join, product(ascii_uppercase, repeat=length))


def _read(folder: Path, letter: str) -> ComparedRun:
    if not (folder / "run.json").is_file():
        Run.open(folder)  # says what is wrong, and which folder was perhaps meant
    try:
        return _whole(Run.open(folder), letter)
    except (RunError, ValueError, TypeError, AttributeError, LookupError) as error:
        return ComparedRun(letter, folder, state=f"damaged: {error}")


def _whole(run: Run, letter: str) -> ComparedRun:
    records = read_metrics(run.metrics_file, strict=False) if run.metrics_file.is_file() else []
    facts: dict[str, Any] = {
        "recipe": run.recipe,
        "preset": run.preset,
        "created": run.created,
        "settings": run.used_settings,
        "records": records,
    }
    if (run.folder / "inputs.json").is_file():
        facts["fingerprint"] = run.read_json("inputs.json").get("fingerprint")
    result = run.result
    if result is None:
        epochs = [record for record in records if record.kind == "epoch"]
        state = f"unfinished, after step {records[-1].step:,}" if records else "unfinished, nothing is recorded yet"
        return ComparedRun(letter, run.folder, state=state, metrics=epochs[-1].metrics if epochs else {}, **facts)
    target = result["target"]
    state = "ended" if target is None else "pass" if result["passed"] else "MISS"
    return ComparedRun(
        letter,
        run.folder,
        state=state,
        metrics=_numbers(result["metrics"]) | _numbers(result.get("measures", {})),
        baselines={name: _numbers(each) for name, each in result.get("baselines", {}).items()},
        seconds=float(result["seconds"]),
        parameters=result.get("parameters"),
        **facts,
    )


def _numbers(content: Any) -> dict[str, float]:
    return {str(name): float("nan") if value is None else float(value) for name, value in content.items()}
