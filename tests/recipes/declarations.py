"""Recipes that tests declare, and forgetting them."""

import sys

import pytest

from deepdive.recipes import loading, recipes
from deepdive.recipes.registry import DECLARED

DECLARATION = """
from dataclasses import dataclass

from deepdive.recipes import recipe
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.ranges import Checked


@recipe("NAME", chapter=7, title="Mine", data="digits", experiment=":Mine")
@dataclass(frozen=True)
class NAMESettings(Checked):
    hidden: int = 8


class Mine(Experiment):
    def load(self, report): ...

    def train(self, run, listeners, *, resume):
        return {}
"""


def declaration(name):
    return DECLARATION.replace("NAMESettings", f"{name.title()}Settings").replace("NAME", name)


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """What a test declares is forgotten after it."""
    recipes()
    before = dict(DECLARED)
    for name in [name for name in sys.modules if name.startswith(loading._OWN)]:
        monkeypatch.delitem(sys.modules, name)
    yield
    DECLARED.clear()
    DECLARED.update(before)
    recipes.cache_clear()
