"""``kill -9`` at any moment of a run, also again and again: what is resumed is the run that nothing disturbed."""

import random
import shutil
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from .commands import NEVER, Commands, Moment, cold
from .folders import contents, differences
from .recipes import RECIPES, Recipe

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="changes of files are told by /proc")

CASES = {
    "before-run": ["start"],
    "before-checkpoint": ["first", "begin"],
    "saves": ["save", "any", "torn any"],
    "torn-save": ["torn save"],
    "training": ["training", "begin", "any"],
    "anywhere": ["time", "time"],
    "report": ["end", "any"],
    "torn-report": ["torn end"],
}
"""Where a run is killed, and then each of the resumed ones."""
SAMPLE = {
    ("house-prices", "before-checkpoint"),
    ("mlp-dropout", "anywhere"),
    ("lstm-lm", "saves"),
    ("lstm-lm", "before-run"),
    ("lstm-lm", "torn-report"),
}
ENDS = ("table", "weight-decay", "mlp-dropout", "image-folder", "fine-tune")
"""Recipes that are killed at every change that they make after their training."""


class Whole:
    """A run that nothing disturbed, by a process of its own; and its moments, by a fork."""

    def __init__(self, recipe: Recipe, commands: Commands, root: Path) -> None:
        (root / "data").mkdir(parents=True)
        self.words = recipe.words(root / "data")
        found = []
        for name, run in (("cold", cold), ("fork", commands.run)):
            (root / name).mkdir()
            self.ended = run(*self.words, cwd=root / name)
            assert self.ended.status in (0, 1), self.ended.err
            [folder] = (root / name / "runs" / recipe.name).iterdir()
            found.append((contents(folder), files_of(root / name / "cache")))
        (self.contents, self.cached), again = found
        assert differences(again[0], self.contents) == []
        self.places = places(self.ended.changes)

    def moment(self, where: str, draw: random.Random) -> Moment:
        """One of the moments of a kind."""
        *torn, place = where.split()
        if place == "time":
            return Moment(seconds=draw.uniform(0, self.ended.seconds))
        if not torn:
            return Moment(change=draw.choice(self.places[place]))
        opened = [n for n in self.places[place] if self.ended.changes[n - 1][0] == "open"]
        return Moment(change=draw.choice(opened), torn=draw.randrange(400))


def places(changes: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """The numbers of the changes, by what goes on then."""
    run = next(n for n, change in enumerate(changes, 1) if change[0] == "rename" and change[1].endswith("/run.json"))
    saves = [n for n, (_, path) in enumerate(changes, 1) if n > run and "/checkpoints/" in path]
    return {
        "start": [*range(1, run + 1)],
        "first": [*range(run + 1, saves[0] + 1)],
        "save": saves,
        "training": [*range(run + 1, saves[-1] + 1)],
        "end": [*range(saves[-1] + 1, len(changes) + 1)],
        "begin": [*range(1, 11)],
        "any": [*range(1, len(changes) // 2)],
    }


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    forks = Commands([recipe.name for recipe in RECIPES], tmp_path_factory.mktemp("forks"))
    yield forks
    forks.close()


@pytest.fixture(scope="module")
def whole_of(commands, tmp_path_factory):
    known = {}

    def whole(recipe):
        if recipe.name not in known:
            known[recipe.name] = Whole(recipe, commands, tmp_path_factory.mktemp(recipe.name))
        return known[recipe.name]

    return whole


@pytest.mark.parametrize(
    ("recipe", "case"),
    [
        pytest.param(
            recipe,
            case,
            id=f"{recipe.name}-{case}",
            marks=pytest.mark.slow if (recipe.name, case) in SAMPLE else pytest.mark.long,
        )
        for recipe in RECIPES
        for case in CASES
        if recipe.cases is None or case in recipe.cases
    ],
)
def test_a_run_that_was_killed_is_the_same_run(recipe, case, commands, whole_of, tmp_path):
    whole, draw = whole_of(recipe), random.Random(f"{recipe.name} {case}")
    root = tmp_path / "it"
    root.mkdir()
    words = whole.words
    for where in CASES[case]:
        moment = killed(commands, words, root, whole.moment(where, draw))
        words = how_to_go_on(commands, recipe, whole, root)
        sys.stdout.write(f"{recipe.name}: killed {where} at {moment}; goes on with: {words[0]}\n")
    check_the_rest(cold if case == "anywhere" else commands.run, words, recipe, whole, root)
    again = commands.run("resume", begun(recipe, root).relative_to(root), cwd=root)
    assert again.status == 2
    assert "has ended already" in again.err


@pytest.mark.long
@pytest.mark.parametrize("recipe", [each for each in RECIPES if each.name in ENDS], ids=lambda recipe: recipe.name)
def test_killed_at_any_change_after_its_training_it_is_the_same_run(recipe, commands, whole_of, tmp_path):
    whole, root = whole_of(recipe), tmp_path / "it"
    root.mkdir()
    killed(commands, whole.words, root, Moment(change=whole.places["end"][0]))
    words, trained = how_to_go_on(commands, recipe, whole, root), tmp_path / "trained"
    root.rename(trained)
    for n in count(1):
        shutil.copytree(trained, root)
        if not commands.run(*words, cwd=root, moment=Moment(change=n)).killed:
            assert n > 10
            break
        sys.stdout.write(f"{recipe.name}: killed before change {n} after its training\n")
        check_the_rest(commands.run, words, recipe, whole, root)
        shutil.rmtree(root)


def check_the_rest(run, words: Sequence[str | Path], recipe: Recipe, whole: Whole, root: Path) -> None:
    """Go on to the end, if it is not reached, and compare."""
    if not over(root):
        ended = run(*words, cwd=root)
        assert ended.status == whole.ended.status, ended.err
        assert "Traceback" not in ended.err
    assert differences(contents(begun(recipe, root)), whole.contents) == []
    assert files_of(root / "cache") == whole.cached


def killed(commands: Commands, words: Sequence[str | Path], root: Path, moment: Moment) -> Moment:
    """Kill a command at a moment, at an earlier one where it has ended before."""
    before = root.with_name("before")
    shutil.copytree(root, before, symlinks=True)
    while True:
        ended = commands.run(*words, cwd=root, moment=moment)
        if ended.killed and not over(root):
            shutil.rmtree(before)
            return moment
        assert ended.killed or ended.status in (0, 1), ended.err
        shutil.rmtree(root)
        shutil.copytree(before, root, symlinks=True)
        moment = earlier(moment)
        assert moment != NEVER, "a command ended that should have been killed"


def over(root: Path) -> bool:
    """Whether all is done, so that a kill came too late."""
    return all(any(root.glob(f"runs/*/*/{name}")) for name in ("result.json", "report.html"))


def earlier(moment: Moment) -> Moment:
    if moment.seconds is not None:
        return Moment(seconds=moment.seconds / 2)
    if moment.torn:
        return Moment(moment.seconds, moment.change, moment.torn // 4)
    return Moment(change=moment.change // 2, torn=moment.torn) if moment.change > 1 else NEVER


def begun(recipe: Recipe, root: Path) -> Path | None:
    """The folder of the run, once there is one."""
    return next((path.parent for path in root.glob(f"runs/{recipe.name}/*/run.json")), None)


def how_to_go_on(commands: Commands, recipe: Recipe, whole: Whole, root: Path) -> Sequence[str | Path]:
    """What a user does after a kill."""
    if (folder := begun(recipe, root)) is not None:
        return ["resume", folder.relative_to(root)]
    for folder in root.glob(f"runs/{recipe.name}/*"):
        refused = commands.run("resume", folder.relative_to(root), cwd=root)
        assert (refused.status, refused.err.count("\n")) == (2, 1)
        assert "is no run folder: it has no run.json" in refused.err
    return whole.words
