"""Every public function of the algorithms: a right call, and wrong ones that are refused by name and rule."""

import importlib
import inspect
import pkgutil

import pytest
import torch
from tests.arguments import (
    attention,
    calculus,
    evaluation,
    language,
    networks,
    optimization,
    recurrence,
    regression,
    shift,
)
from tests.arguments.mutations import mutations

import deepdive.algorithms

TABLES = (attention, calculus, evaluation, language, networks, optimization, recurrence, regression, shift)
ROWS = {name: row for table in TABLES for name, row in table.ROWS.items()}
CHECKED_INSIDE = {"attention.length_mask", "attention.as_mask", "attention.masked_softmax"}
"""On a network's way, where what can be checked is checked in the body; see tests of masks."""
INTERNAL = {
    "attention.check_batches",
    "language.count_entities",
    "language.score",
    "optimization.check_start",
    "regression.centred",
}


def public():
    """What users call, by the name of the package and its own: functions, and classes and methods that are checked."""
    found = {}
    for info in pkgutil.walk_packages(deepdive.algorithms.__path__, "deepdive.algorithms."):
        if any(part.startswith("_") for part in info.name.split(".")):
            continue
        module = importlib.import_module(info.name)
        package = info.name.split(".")[2]
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != info.name:
                continue
            if inspect.isfunction(value):
                found[f"{package}.{name}"] = value
            elif inspect.isclass(value):
                if is_checked(value.__init__):
                    found[f"{package}.{name}"] = value
                for method, each in vars(value).items():
                    if inspect.isfunction(each) and is_checked(each) and method != "__init__":
                        found[f"{package}.{name}.{method}"] = each
    return found


def is_checked(function):
    return getattr(function, "is_checked", False)


PUBLIC = public()
pytestmark = pytest.mark.usefixtures("without_shape_checks")


def test_every_public_name_has_a_row_and_is_checked():
    assert PUBLIC.keys() - CHECKED_INSIDE - INTERNAL == ROWS.keys()
    assert not [name for name in ROWS if inspect.isfunction(PUBLIC[name]) and not is_checked(PUBLIC[name])]


@pytest.mark.parametrize("name", ROWS)
def test_a_right_call_gives_what_other_means_give(name):
    row = ROWS[name]
    found = row.call(**row.arguments)
    if callable(row.expected):
        assert row.expected(found)
    elif isinstance(row.expected, torch.Tensor):
        torch.testing.assert_close(found, row.expected, check_dtype=False)
    elif isinstance(row.expected, float):
        assert found == pytest.approx(row.expected)
    elif row.expected is not None:
        assert found == row.expected


@pytest.mark.parametrize(
    ("name", "changes", "message"), [(name, *bad) for name, row in ROWS.items() for bad in row.bad]
)
def test_what_cannot_be_is_refused_with_the_rule(name, changes, message):
    row = ROWS[name]
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        row.call(**{**row.arguments, **changes})


@pytest.mark.parametrize("name", ROWS)
def test_arguments_of_another_kind_are_refused_by_name(name):
    row = ROWS[name]
    for parameter, bad in mutations(row.call, row.arguments, row.free):
        with pytest.raises((TypeError, ValueError), match=rf"^{parameter}(\[.*\])? must ") as refusal:
            row.call(**{**row.arguments, parameter: bad})
        assert ", got " in str(refusal.value)
