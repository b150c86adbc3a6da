"""Results that are close to their targets, run again with other seeds and in each precision (``make sweep``)."""

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deepdive.files import parse_json, write_atomically
from deepdive.names import file_name
from deepdive.recipes.loading import load_recipe, recipes
from deepdive.recipes.ranges import Checked, SettingError
from deepdive.recipes.ranges.flags import parse_one
from deepdive.recipes.ranges.types import Few, Magnitude
from deepdive.recipes.registry import Recipe, Target
from deepdive.recipes.results.recorded import FOLDER, read_results
from deepdive.recipes.settings import to_plain, with_preset

SEEDS = FOLDER / "seeds"
"""One file per command: the value of its metric by precision and seed."""


@dataclass(frozen=True)
class Options(Checked):
    """Which results, and how often."""

    least: Magnitude = 0.01
    """Results are run again whose margin is a smaller fraction of their target."""
    seeds: Few = 3
    """How many seeds, from 0 up."""
    only: tuple[str, ...] = ()
    """Recipes; all if none is named."""
    list: bool = False
    """Only show the margins."""
    runs: Path = Path("runs/sweep")
    """Where run folders are made; a run that was interrupted is found there and goes on."""


@dataclass(frozen=True)
class Cell:
    """One run of a sweep."""

    precision: str
    seed: int

    def __str__(self) -> str:
        return f"{self.precision}, seed {self.seed}"


def margin(value: float, target: Target) -> float:
    """``(value - target) / |target|`` with the sign of a pass: by which fraction of it a target is passed.

    Of a target of 0 it is infinite, but for a result of exactly 0, whose margin is 0.

    >>> margin(0.90, Target("test_accuracy", 0.88)), margin(6.3, Target("perplexity", 7.0, higher_is_better=False))
    (0.022..., 0.1...)
    """
    gain = value - target.value if target.higher_is_better else target.value - value
    if target.value:
        return gain / abs(target.value)
    return float("inf") * gain if gain else 0.0


def near_targets(results: Sequence[dict[str, Any]], least: float) -> list[tuple[float, dict[str, Any]]]:
    """Results whose margin is below ``least``, and their margins, the smallest first."""
    found = [(margin(each["value"], target_of(each)), each) for each in results]
    return sorted((pair for pair in found if pair[0] < least), key=lambda pair: pair[0])


def target_of(result: dict[str, Any]) -> Target:
    """What its recipe states now.

    Raises:
        ValueError: it states nothing for these settings.
    """
    target = recipes()[result["recipe"]].target(result["preset"], result["settings"])
    if target is None:
        raise ValueError(f"{result['command']} has a record but no target")
    return target


def settings_of(result: dict[str, Any]) -> Any:
    """The settings that the command of a record stands for now; those it was made with may be older."""
    _, _, _, *flags = shlex.split(result["command"])
    if "--preset" in flags:
        del flags[flags.index("--preset") : flags.index("--preset") + 2]
    recipe = load_recipe(result["recipe"])
    defaults = with_preset(recipe.settings_type, recipe.presets[result["preset"]])
    return parse_one(defaults, arguments=flags, prog=f"deepdive run {recipe.name}")


def cells(settings: Any, seeds: int) -> list[Cell]:
    """Every precision that this machine has units for, as far as the recipe lets one choose, and every seed."""
    from deepdive.training import choose_device, formats

    precisions = ["fp32"]
    if hasattr(settings, "precision") and formats.has_half_precision_units(choose_device(settings.device)):
        precisions.append("bf16")
    return [Cell(precision, seed) for seed in range(seeds) for precision in precisions]


def sweep(
    result: dict[str, Any], seeds: int, measure: Callable[[Recipe, Any, Cell], dict[str, Any]], folder: Path = SEEDS
) -> list[dict[str, Any]]:
    """Run what is missing of one command, and return one row per run: precision, seed, value, seconds, environment.

    Each row is written as soon as it is measured, so that a sweep can be ended at any moment and goes on where it was.
    Rows of other settings are dropped; those of a precision that this machine lacks are kept.
    """
    path = folder / (file_name(result["command"].removeprefix("deepdive run ").replace(" ", "+")) + ".json")
    recipe = load_recipe(result["recipe"])
    settings = settings_of(result)
    plain = to_plain(settings)
    rows = _rows(path, plain)
    for cell in cells(settings, seeds):
        if any((row["precision"], row["seed"]) == (cell.precision, cell.seed) for row in rows):
            continue
        changes = {"precision": cell.precision, "seed": cell.seed}
        changed = replace(settings, **{name: value for name, value in changes.items() if hasattr(settings, name)})
        rows = [*rows, {"precision": cell.precision, "seed": cell.seed} | measure(recipe, changed, cell)]
        folder.mkdir(parents=True, exist_ok=True)
        content = {"command": result["command"], "metric": result["metric"], "settings": plain, "runs": rows}
        write_atomically(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return rows


def read_seeds(folder: Path = SEEDS) -> dict[str, list[dict[str, Any]]]:
    """The rows of every command that was run with several seeds.

    Raises:
        ValueError: a file is damaged; names it.
    """
    return {content["command"]: content["runs"] for content in map(_read, sorted(folder.glob("*.json")))}


def _rows(path: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    content = _read(path)
    return content["runs"] if content["settings"] == json.loads(json.dumps(settings)) else []


def _read(path: Path) -> dict[str, Any]:
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def run_or_resume(recipe: Recipe, settings: Any, root: Path, *, preset: str, metric: str) -> dict[str, Any]:
    """Train in a folder below ``root``, or finish the one there that was interrupted."""
    from deepdive.recipes.running import runner

    began = time.perf_counter()
    folder = next(_unfinished(root, recipe.name, preset, to_plain(settings)), None)
    if folder is None:
        outcome = runner.start(recipe, settings, preset=preset, root=root)
    else:
        outcome = runner.resume(folder)
    seconds = round(time.perf_counter() - began, 1)
    return {"value": outcome.metrics[metric], "seconds": seconds, "environment": outcome.environment}


def _unfinished(root: Path, recipe: str, preset: str, settings: dict[str, Any]) -> Iterator[Path]:
    """Runs without a result; the settings do not tell the recipe, as several have the same ones."""
    from deepdive.training import Run

    sought = (recipe, preset, json.loads(json.dumps(settings)))
    for path in sorted((root / recipe).glob("*/run.json"), reverse=True):
        run = Run.open(path.parent)
        if (run.recipe, run.preset, run.settings) == sought and run.result is None:
            yield path.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """List narrow margins and sweep them; 1 if a run misses its target, 2 for a wrong flag."""
    try:
        options = parse_one(Options, arguments=arguments, prog="make sweep")
    except SettingError as error:
        sys.stderr.write(f"make sweep: {error}\n")
        return 2
    results = [each for each in read_results() if not options.only or each["recipe"] in options.only]
    near, missed = near_targets(results, options.least), 0
    sys.stdout.write(f"{len(near)} of {len(results)} results are within {options.least:.1%} of their target\n")
    for gain, result in near:
        target = target_of(result)
        sys.stdout.write(f"{result['command']}: {target}, recorded {result['value']:.4f}, margin {gain:+.2%}\n")
        if options.list:
            continue

        def measure(recipe: Recipe, settings: Any, cell: Cell, result: dict[str, Any] = result) -> dict[str, Any]:
            sys.stdout.write(f"  {cell} ...\n")
            sys.stdout.flush()
            return run_or_resume(recipe, settings, options.runs, preset=result["preset"], metric=result["metric"])

        rows = sweep(result, options.seeds, measure)
        for row in rows:
            passed = target.passed(row["value"])
            missed += not passed
            verdict = f"{row['value']:.4f} {'pass' if passed else 'MISS'}"
            sys.stdout.write(f"  {row['precision']}, seed {row['seed']}: {verdict}, {row['seconds']:.0f} s\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
