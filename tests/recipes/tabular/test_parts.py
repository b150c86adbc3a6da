import numpy as np
import polars as pl
import pytest
import torch

from deepdive.figures import to_png, to_svg
from deepdive.recipes.experiments.inputs import checksum
from deepdive.recipes.tabular.figures import fold_curves, predicted_against_true
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError
from deepdive.recipes.tabular.rows import content, names_of_rows, roles, splits
from deepdive.recipes.tabular.settings import TableSettings
from deepdive.training.records import Record


def test_the_error_has_the_unit_of_the_target():
    generator = np.random.default_rng(0)
    true, said = generator.normal(50, 9, 40), generator.normal(50, 9, 40)
    metric = ScaledRootMeanSquaredError(9.0)
    for part in (slice(0, 16), slice(16, 40)):
        outputs, targets = (torch.from_numpy((values[part] - 50) / 9).float()[:, None] for values in (said, true))
        metric.update(outputs, targets)
    assert metric.compute().item() == pytest.approx(np.sqrt(np.mean((said - true) ** 2)), rel=1e-5)
    with pytest.raises(ValueError, match=r"scale is 0\.0; it must be positive"):
        ScaledRootMeanSquaredError(0.0)


def test_rows_are_dealt_out_whatever_the_seed():
    for folds in (1, 4):
        settings = [TableSettings(folds=folds, validation=0.25, seed=seed) for seed in (0, 5)]
        first, second = (splits(40, choice) for choice in settings)
        for ours, theirs in zip(first, second, strict=True):
            assert torch.equal(ours.test, theirs.test)
            everything = torch.cat([ours.train, ours.val, ours.test])
            assert torch.equal(everything.sort().values, torch.arange(40))
            assert len(ours.val) == round(0.25 * (40 - len(ours.test)))
        held = torch.cat([rows.test for rows in first])
        assert len(held.unique()) == len(held) == (8 if folds == 1 else 40)


def test_a_fingerprint_sees_every_value():
    frame = pl.DataFrame({"a": [1.0, None], "b": ["x", None]})
    others = [
        frame,
        frame.with_columns(a=pl.Series([1.0, 0.0])),
        frame.with_columns(b=pl.Series(["x", ""])),
        frame.rename({"a": "c"}),
        frame[::-1],
    ]
    assert len({checksum(content(each)) for each in others}) == 5
    assert checksum(content(frame.clone())) == checksum(content(frame))


def test_rows_are_named_by_what_is_not_learnt_from():
    frame = pl.DataFrame({"Id": [7.0, 8.0], "note": ["x", "y"], "a": [1.0, 2.0]})
    assert names_of_rows(frame, ("Id", "note"), ()) == {"Id": [7, 8], "note": ["x", "y"]}
    assert names_of_rows(pl.DataFrame({"big": [1e300]}), ("big",), ()) == {"big": [1e300]}
    assert names_of_rows(frame, (), ("price",)) == {"row": [1, 2]}
    assert names_of_rows(frame, (), ("row",)) == {"row_": [1, 2]}


def test_a_named_table_knows_its_roles():
    assert roles(TableSettings(data="kaggle-house", ignore=("PoolQC",)), ()) == ("SalePrice", ("Id", "PoolQC"))
    assert roles(TableSettings(data="adult", target="age"), ()) == ("age", ())
    assert roles(TableSettings(data="adult", target=""), ())[0] == "", "that is no column, and not the usual one"


def test_the_curves_of_folds_lie_over_each_other():
    folds = [[Record("epoch", i + 1, i, {"train_loss": 1 / (i + 1), "test_loss": 2.0})] * 3 for i in range(4)]
    figure = fold_curves(folds)
    [panel] = figure.axes
    assert len(panel.get_lines()) == 8
    assert panel.get_yscale() == "linear"
    assert b"epoch, 4 folds" in to_svg(figure)


@pytest.mark.parametrize("log", [True, False])
def test_predictions_are_drawn_against_the_truth(log):
    figure = predicted_against_true([1.0, 100.0], [2.0, 90.0], name="a_$b$", log=log)
    [panel] = figure.axes
    assert panel.get_xscale() == panel.get_yscale() == ("log" if log else "linear")
    assert panel.collections[0].get_offsets().tolist() == [[1, 2], [100, 90]]
    assert panel.get_xlabel() == "a_$b$, true"
    assert to_png(figure).startswith(b"\x89PNG")
