"""Do two checkouts train the same? ``python tests/tools/same_metrics.py BEFORE AFTER [RECIPE ...]``.

Runs the smoke preset of each recipe in both, for a few steps, and compares ``metrics.jsonl`` value by value. Names of
metrics and flags may have changed: pass ``--names OLD=NEW``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_PROGRAM = "from deepdive.cli import program; program()"
_NAMES = "import deepdive.recipes as r; print('\\n'.join(r.recipes()))"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("recipes", nargs="*")
    parser.add_argument("--names", nargs="*", default=[], metavar="OLD=NEW", help="metrics that are called otherwise")
    parser.add_argument("--flags", nargs=argparse.REMAINDER, default=[], help="for both, e.g. --flags --steps 5")
    words = parser.parse_args()
    names = dict(each.split("=") for each in words.names)
    listed = words.recipes or _called(words.after, "-c", _NAMES).split()
    differ = 0
    for recipe in listed:
        try:
            before, after = (_metrics(place, recipe, words.flags) for place in (words.before, words.after))
        except subprocess.CalledProcessError as error:
            verdict = f"FAILS: {error.stderr.strip().splitlines()[-1:]}"
        else:
            renamed = [_renamed(row, names) for row in before]
            same = renamed == after
            verdict = f"same, {len(after)} records" if same else f"DIFFERS: {_first(renamed, after)}"
        differ += not verdict.startswith("same")
        sys.stdout.write(f"{recipe}: {verdict}\n")
        sys.stdout.flush()
    return 1 if differ else 0


def _metrics(place: Path, recipe: str, flags: list[str]) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["-c", _PROGRAM, "run", recipe, "--preset", "smoke", "--runs", folder, "--quiet", *flags]
        said = _called(place, *command, statuses=(0, 1))
        found = [*Path(folder).glob("*/*/metrics.jsonl")]
        if len(found) != 1:
            raise subprocess.CalledProcessError(1, command, "", said)
        [path] = found
        result = json.loads((path.parent / "result.json").read_text())["metrics"]
        return [*map(json.loads, path.read_text().splitlines()), result]


def _called(place: Path, *command: str, statuses: tuple[int, ...] = (0,)) -> str:
    environment = os.environ | {"PYTHONPATH": str(place.resolve() / "src")}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment)
    if done.returncode not in statuses or "Traceback" in done.stderr:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr or done.stdout)
    return done.stdout


def _renamed(row, names):
    """A record with the new names of metrics, which are keys of it or of what it holds."""
    if not isinstance(row, dict):
        return row
    return {names.get(key, key): _renamed(value, names) for key, value in row.items()}


def _first(before: list[dict], after: list[dict]) -> str:
    if len(before) != len(after):
        return f"{len(before)} records, and {len(after)}"
    return next(f"{old} and {new}" for old, new in zip(before, after, strict=True) if old != new)


if __name__ == "__main__":
    sys.exit(main())
