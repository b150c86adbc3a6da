"""The options of ``deepdive predict``: what an experiment's ``predict`` takes by keyword."""

import inspect
import re
from collections.abc import Collection, Mapping
from dataclasses import field, fields, make_dataclass
from typing import Any, get_type_hints

from deepdive.names import suggestion
from deepdive.recipes.experiments.experiment import Experiment
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.checked import checked_from


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


def check_options(experiment: Experiment[Any], recipe: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """All options of `predict`, those not given with their defaults.

    Raises:
        ValueError: the recipe does not know one, says which it knows; or one is out of its range.
    """
    known = options_of(experiment)
    names = [item.name for item in fields(known)]
    for name, value in options.items():
        if name not in names:
            others = suggestion(name, names)
            raise ValueError(f"{name} is {value!r}, but the recipe {recipe} has no such option{others}")
    return dict(vars(checked_from(known, options)))


def _arguments(doc: str) -> dict[str, str]:
    """The texts under ``Args:``, by name."""
    _, _, rest = inspect.cleandoc(doc).partition("Args:\n")
    block = re.split(r"\n(?=\S)", rest)[0]
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", block, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
