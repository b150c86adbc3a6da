"""Whatever is typed behind a flag of a recipe ends in one clear line and status 2, or in a run; never in a hang."""

import json
import os
import random
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.ranges import SettingError, checked_from

from .recipes import FLAGS, make_data, words_of
from .values import flags_of, typed, unbounded, wrong

PROJECT = Path(__file__).parents[3]
_BOX = re.compile(r"╭─ [\w ]*(error|[Mm]issing|[Uu]nrecognized|[Ii]nvalid)[\w ]* ─", re.I)
"""What the parser says of words that are no number, or no flag."""


def run_all(lines: list[list[str]], folder: Path, *mode: str) -> list[tuple[list[str], dict[str, Any]]]:
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    asked = subprocess.run(
        [sys.executable, "-m", "tests.commands.fuzz.driver", *mode],
        cwd=PROJECT,
        env=os.environ | one | {"DEEPDIVE_CACHE": str(folder / "cache")},
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    return list(zip(lines, json.loads(asked.stdout), strict=True))


def faults(ended: list[tuple[list[str], dict[str, Any]]]) -> list[str]:
    """The commands that ended badly, and how."""
    found = []
    for words, outcome in ended:
        status, error = outcome["status"], outcome["error"]
        said = [line for line in error.splitlines() if not line.startswith(("note: ", "  "))]
        clear = status in (0, 1) or bool(_BOX.search(error)) or (len(said) == 1 and said[0].startswith("deepdive: "))
        if status not in (0, 1, 2) or "Traceback" in error or "could not be made" in error or not clear:
            line = shlex.join(word if len(word) < 60 else f"{word[:60]}..." for word in words)
            found.append(f"{line}\n    status {status}, {outcome['seconds']:.0f} s: {error[-800:]}")
    return found


def changed(recipe: str, base: list[str], flag: str, words: list[str], kind: Any) -> list[str]:
    """A command with one flag more, which replaces that of the base."""
    if kind is bool:
        head, _, last = flag.rpartition("." if "." in flag else "--")
        default: Any = load_recipe(recipe).settings_type()
        for name in flag.removeprefix("--").replace("-", "_").split("."):
            default = getattr(default, name)
        flag = f"{head}{'.' if '.' in flag else '--'}{'no-' if default else ''}{last}"
    if flag in base:
        at = base.index(flag)
        end = next((i for i in range(at + 1, len(base)) if base[i].startswith("--")), len(base))
        base = base[:at] + base[end:]
    return ["run", recipe, *base, "--quiet", flag, *words]


def commands(folder: Path, seed: int, per_flag: float, *, allowed: bool, only: str = "") -> list[list[str]]:
    found = []
    for recipe in recipes() if not only else [only]:
        draw = random.Random(f"{seed} {recipe}")
        flags = list(flags_of(load_recipe(recipe).settings_type))
        for flag, kind in draw.choices(flags, k=max(1, round(per_flag * len(flags)))):
            words = typed(kind, draw, allowed=allowed)
            found.append(changed(recipe, words_of(recipe, folder), flag, words, kind))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    make_data(folder)
    return folder


def test_every_recipe_has_a_short_run():
    assert sorted(FLAGS) == sorted(recipes())


def test_every_number_of_a_recipe_has_bounds_that_hold():
    """Wherever settings come from, they are made by the same checks; a setting that recipes share is tried once."""
    tried = set()
    for recipe in recipes():
        settings_type = load_recipe(recipe).settings_type
        for flag, kind in flags_of(settings_type):
            assert not unbounded(kind), f"{flag} of {recipe} may be any number"
            name = flag.removeprefix("--").replace("-", "_")
            for value in wrong(kind) if (flag, kind) not in tried else ():
                for part in reversed(name.split(".")):
                    value = {part: value}
                with pytest.raises(SettingError, match=rf"^{re.escape(name)} must be .*, got "):
                    checked_from(settings_type, value)
            tried.add((flag, kind))
    assert len(tried) > 150


@pytest.mark.slow
def test_some_flags_are_refused_in_one_line_or_taken(folder):
    found = faults(run_all(commands(folder, 0, 0.1, allowed=False), folder, "--check"))
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_some_runs_with_strange_settings_end_well(folder):
    found = faults(run_all(commands(folder, 0, 0.01, allowed=True), folder))
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_all_flags_are_refused_in_one_line_or_taken(folder, seed):
    found = faults(run_all(commands(folder, 10 + seed, 1, allowed=False), folder, "--check"))
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("recipe", recipes())
def test_runs_with_strange_settings_end_well(folder, recipe):
    found = faults(run_all(commands(folder, 1, 1, allowed=True, only=recipe), folder))
    assert not found, "\n".join(found)
