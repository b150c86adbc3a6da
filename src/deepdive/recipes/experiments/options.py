"""The options of ``deepdive predict``: what an experiment's ``predict`` takes by keyword."""

import inspect
import re
from collections.abc import Collection
from dataclasses import field, make_dataclass
from typing import Any, get_type_hints

from deepdive.recipes.experiments.experiment import Experiment
from deepdive.recipes.ranges import Checked


def options_of(experiment: Experiment[Any], *, leave_out: Collection[str] = ()) -> type[Checked]:
    """A dataclass of the options, each with its type and range, its default, and the help text under ``Args:``."""
    predict = getattr(experiment, "predict", None)
    if predict is None:
        return Checked
    hints, helps = get_type_hints(predict, include_extras=True), _arguments(predict.__doc__ or "")
    found = []
    for name, each in inspect.signature(predict).parameters.items():
        if each.kind is inspect.Parameter.KEYWORD_ONLY and name not in leave_out:
            if name not in hints or each.default is inspect.Parameter.empty:
                raise ValueError(f"options of predict must have a type and a default, got {each}")
            found.append((name, hints[name], field(default=each.default, metadata={"help": helps.get(name)})))
    return make_dataclass("PredictionOptions", found, bases=(Checked,), frozen=True)


def takes_texts(experiment: Experiment[Any]) -> bool:
    """Whether it is asked about texts, not about files."""
    predict = getattr(experiment, "predict", None)
    return predict is not None and "texts" in inspect.signature(predict).parameters


def _arguments(doc: str) -> dict[str, str]:
    """The texts under ``Args:``, by name."""
    _, _, rest = inspect.cleandoc(doc).partition("Args:\n")
    block = re.split(r"\n(?=\S)", rest)[0]
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", block, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
