"""Small texts that the tests of recipes of language share."""

import random

import pytest
import torch

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run, load_checkpoint
from deepdive.training.listeners import default_listeners

_SUBJECTS = ("the time traveller", "the medical man", "the editor", "a morlock", "weena")
_VERBS = ("saw", "feared", "followed", "described", "forgot")
_OBJECTS = ("the machine", "the white sphinx", "a small flower", "the dark well", "the future")
_FRENCH = {
    "i": "je", "you": "tu", "we": "nous", "see": "vois", "eat": "mange", "want": "veux",
    "bread": "du pain", "water": "de l'eau", "fish": "du poisson", "now": "maintenant", "here": "ici",
}  # fmt: skip


def story(sentences: int = 400, seed: int = 0) -> str:
    draw = random.Random(seed)
    told = (f"{draw.choice(_SUBJECTS)} {draw.choice(_VERBS)} {draw.choice(_OBJECTS)}" for _ in range(sentences))
    return ".\n".join(told) + ".\n"


def pairs() -> list[tuple[str, str]]:
    english = [
        (subject, verb, thing, when)
        for subject in ("i", "you", "we")
        for verb in ("see", "eat", "want")
        for thing in ("bread", "water", "fish")
        for when in ("now", "here")
    ]
    return [(" ".join(words) + ".", " ".join(_FRENCH[word] for word in words) + ".") for words in english]


def tagged(sentences: int = 120, seed: int = 0) -> str:
    draw = random.Random(seed)
    lines = []
    for _ in range(sentences):
        person, place = draw.choice(("Ada", "Alan", "Grace")), draw.choice(("London", "Paris", "Rome"))
        lines += [
            f"{person}\tB-PER",
            "Smith\tI-PER",
            f"{draw.choice(('left', 'saw'))}\tO",
            f"{place}\tB-LOC",
            ".\tO",
            "",
        ]
    return "\n".join(lines)


def run(name, data, tmp_path, **changes):
    """A short run of a recipe on data of one's own."""
    recipe = load_recipe(name)
    settings = with_preset(recipe.settings_type, {"data": str(data), "log_every": 5} | changes)
    return runner.start(recipe, settings, preset="quick", root=tmp_path / "runs", console=False)


class _Power:
    """Fails at a record."""

    def __init__(self, last):
        self.left = last

    def start(self, plan):
        pass

    def record(self, record):
        self.left -= 1
        if not self.left:
            raise OSError("the power is gone")

    def finish(self):
        pass


def interrupted(name, data, tmp_path, *, record=4, **changes):
    """A run like those of `run` that was cut off at a record, counted from 1."""
    recipe = load_recipe(name)
    settings = with_preset(recipe.settings_type, {"data": str(data), "log_every": 5} | changes)
    experiment = recipe.build(settings)
    experiment.prepare()
    begun = Run.create(name, to_plain(settings), preset="quick", root=tmp_path / "cut")
    listeners = default_listeners(begun.folder, console=False, tensorboard=False, batch_size=settings.batch_size)
    with pytest.raises(OSError, match="the power is gone"):
        experiment.fit(begun, [*listeners, _Power(record)], resume=False)
    return begun


def assert_same(one, other):
    """Two outcomes have the same figures and the same weights, bit for bit."""
    assert one.metrics == other.metrics
    left, right = (load_checkpoint(r.run.checkpoints.path("last"))["model"] for r in (one, other))
    assert all(torch.equal(left[key], right[key]) for key in left)
