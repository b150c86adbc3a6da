"""Measured results: one JSON file per recipe, and RESULTS.md made from them (``make results``)."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdive.files import parse_json, write_atomically
from deepdive.names import file_name, printable, shell_line
from deepdive.recipes.loading import recipes
from deepdive.recipes.settings import to_plain

if TYPE_CHECKING:
    from deepdive.recipes.running.outcome import Outcome

FOLDER = Path("results")


def record(outcome: "Outcome", settings: Any, defaults: Any, folder: Path = FOLDER) -> Path:
    """Write the result of a run; settings that differ from the preset's defaults become part of the file's name.

    Raises:
        OSError: the file cannot be written.
        ValueError: the run has no stated target, e.g. on data of one's own.
    """
    run, target = outcome.run, outcome.target
    if target is None:
        raise ValueError("a result is recorded only where a target is stated, and there is none for these settings")
    changed = _changes(to_plain(settings), to_plain(defaults))
    flags = [_flag(name, value) for name, value in changed.items()]
    preset = [] if run.preset == "quick" else ["--preset", run.preset]
    parts = [run.recipe, *("-".join(part).removeprefix("--").replace(" ", "-") for part in [*flags, preset] if part)]
    content = {
        "recipe": run.recipe,
        "command": shell_line("deepdive", "run", run.recipe, *preset, *(word for flag in flags for word in flag)),
        "preset": run.preset,
        "settings": run.settings,
        "metric": target.metric,
        "value": outcome.metrics[target.metric],
        "target": target.value,
        "passed": outcome.passed,
        "metrics": outcome.metrics,
        "seconds": round(outcome.seconds, 1),
        "created": run.created,
        "environment": outcome.environment,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (file_name("+".join(parts)) + ".json")
    write_atomically(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return path


def read_results(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Every recorded result, in the order of D2L.

    Raises:
        ValueError: a file is damaged, or of a recipe that does not exist; names it.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = parse_json(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path} is damaged: {error}") from error
        if content.get("recipe") not in recipes():
            raise ValueError(f"{path} is a result of {content.get('recipe')!r}, but there is no such recipe")
        found.append(content)
    order = list(recipes())
    return sorted(found, key=lambda result: order.index(result["recipe"]))


def results_page(results: list[dict[str, Any]]) -> str:
    """RESULTS.md as text."""
    lines = [
        "# Results",
        "",
        "Made by `make results` from `results/*.json`, which `deepdive run RECIPE --record` writes. Do not edit.",
        "",
        "| section | command | metric | measured | target | | seconds | machine | commit |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        info, environment = recipes()[result["recipe"]], result["environment"]
        target = info.target(result["preset"], result["settings"])
        sign = "≥" if target is None or target.higher_is_better else "≤"
        lines.append(
            f"| {info.place} | {_code(result['command'])} | {result['metric']} | {result['value']:.4f} "
            f"| {sign} {result['target']:g} "
            f"| {'pass' if result['passed'] else 'MISS'} | {result['seconds']:.0f} "
            f"| {_plain(environment['processor'])}, {environment['threads']} threads{_precision(result)} "
            f"| {environment['commit']} |"
        )
    return "\n".join(lines) + "\n"


def _precision(result: dict[str, Any]) -> str:
    """What products were computed in, where the record says it."""
    told = result["environment"].get("precision", result["settings"].get("precision", "auto"))
    return "" if told == "auto" else f", {told}"


def _code(text: str) -> str:
    """A cell of a Markdown table that shows the text as it is; a line feed is a space."""
    text = printable(text.replace("\n", " ")).replace("|", "\\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _plain(text: str) -> str:
    """A cell of a Markdown table in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", printable(text))


def _flag(name: str, value: Any) -> list[str]:
    """A setting as the words that are typed."""
    flag = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [flag] if value else [flag.replace("--", "--no-", 1)]
    values = [str(each) for each in value] if isinstance(value, tuple | list) else [str(value)]
    return [f"{flag}={values[0]}"] if len(values) == 1 and values[0].startswith("-") else [flag, *values]


def _changes(settings: Mapping[str, Any], defaults: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            changed |= _changes(value, defaults[name], f"{prefix}{name}.")
        elif value != defaults[name]:
            changed[prefix + name] = value
    return changed
