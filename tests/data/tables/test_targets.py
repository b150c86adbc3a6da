import json

import polars as pl
import pytest
import torch

from deepdive.data.tables import ClassTarget, NumericTarget, fit_target, infer_kind
from deepdive.data.tables.targets import target_from_json, target_to_json

PRICES = pl.Series("price", [100.0, 200.0, 400.0])


@pytest.mark.parametrize("log", [False, True])
def test_numbers_are_standardised_and_come_back(log):
    target = fit_target(PRICES, log=log)
    z = target.encode(PRICES)
    assert z.shape == (3, 1)
    assert z.mean().item() == pytest.approx(0, abs=1e-6)
    assert z.std(correction=0).item() == pytest.approx(1)
    assert target.decode(z).to_list() == pytest.approx([100, 200, 400], rel=1e-5)
    errors = torch.log1p(torch.tensor(PRICES.to_list())) if log else torch.tensor(PRICES.to_list())
    assert target.scale == pytest.approx(errors.std(correction=0).item(), rel=1e-5)


def test_classes_are_numbered_in_order():
    target = fit_target(pl.Series("kind", ["b", "a", "b", "c"]))
    assert target == ClassTarget("kind", ("a", "b", "c"))
    assert target.encode(pl.Series("kind", ["c", "a"])).tolist() == [2, 0]
    assert target.decode(torch.eye(3)).to_list() == ["a", "b", "c"]
    numbers = fit_target(pl.Series("n", [10.0, 9.0, 10.0]), kind="classification")
    assert numbers.classes == ("9", "10")
    assert numbers.encode(pl.Series("n", [10.0])).tolist() == [1]


def test_an_unknown_class_is_named():
    with pytest.raises(ValueError, match="column 'kind' holds 'z'; its classes are a, b"):
        ClassTarget("kind", ("a", "b")).encode(pl.Series("kind", ["a", "z"]))


@pytest.mark.parametrize("target", [fit_target(PRICES, log=True), ClassTarget("k", ("a", "b"))])
def test_it_survives_json(target):
    assert target_from_json(json.loads(json.dumps(target_to_json(target)))) == target


@pytest.mark.parametrize("content", [{}, {"kind": "other"}, {"kind": "regression", "column": 3}, []])
def test_damaged_json_is_refused(content):
    with pytest.raises(ValueError, match="not a target"):
        target_from_json(content if isinstance(content, dict) else {"kind": "classification", "name": content})


@pytest.mark.parametrize(
    ("column", "options", "message"),
    [
        (pl.Series("y", [1.0, None]), {}, "target 'y' is missing in row 2"),
        (pl.Series("y", [1.0, 1.0]), {}, "target 'y' is 1.0 in every training row"),
        (pl.Series("y", ["a", "b"]), {"kind": "regression"}, "target 'y' holds words such as 'a'"),
        (pl.Series("y", ["a", "b"]), {"log": True}, "log is set for target 'y', but that holds classes"),
    ],
)
def test_what_cannot_be_predicted_is_named(column, options, message):
    with pytest.raises(ValueError, match=message):
        fit_target(column, **options)


def test_kinds_can_be_told_apart():
    assert isinstance(fit_target(PRICES), NumericTarget)
    assert fit_target(PRICES).outputs == 1


@pytest.mark.parametrize(
    ("values", "kind", "why"),
    [
        ([0, 1] * 3, "classification", "2 values, 0 and 1"),
        ([-1, 1, 1], "classification", "2 values, -1 and 1"),
        ([0.5, 2.5, 2.5], "classification", "2 values, 0.5 and 2.5"),
        ([1, 2, 3] * 10, "classification", "3 values, 1, 2 and 3"),
        ([1, 2, 3] * 9, "regression", "3 different numbers"),
        ([1, 2] * 300 + [3] * 11, "regression", "3 different numbers"),
        ([1, 2] * 300 + [3] * 13, "classification", "3 values, 1, 2 and 3"),
        ([*range(10)] * 10, "classification", "10 values, 0, 1, 2, 3, 4, 5, 6, 7, 8 and 9"),
        ([*range(11)] * 10, "regression", "11 different numbers"),
        ([1.5, 2, 3] * 10, "regression", "3 different numbers"),
        ([None, 0, 1], "classification", "2 values, 0 and 1"),
    ],
)
def test_the_kind_of_a_target_is_inferred_and_the_reason_said(values, kind, why):
    column = pl.Series("y*", values, dtype=pl.Float64)
    assert infer_kind(column) == (kind, why)
    assert infer_kind(column, log=True)[0] == "regression"
    if column.null_count() == 0:
        assert isinstance(fit_target(column), ClassTarget) == (kind == "classification")


def test_numbers_that_are_classes_keep_their_names():
    target = fit_target(pl.Series("y", [1.0, 0.0, 1.0]))
    assert target.classes == ("0", "1")
    assert target.decode(torch.tensor([[0.0, 2.0], [2.0, 0.0]])).to_list() == ["1", "0"]
    assert infer_kind(pl.Series("y", ["a", "b", "a"]))[0] == "classification"
