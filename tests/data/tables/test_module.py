import polars as pl
import pytest
import torch

from deepdive.data.tables import ClassTarget, NumericTarget, TableDataModule
from deepdive.data.tables.module import Rows, split_rows


def people(rows=50):
    generator = torch.Generator().manual_seed(1)
    return pl.DataFrame(
        {
            "id": [float(i) for i in range(rows)],
            "height": torch.randn(rows, generator=generator).double().numpy(),
            "job": ["cook" if i % 3 else "smith" for i in range(rows)],
            "age": [float(20 + i % 40) for i in range(rows)],
            "sex": ["m" if i % 2 else "f" for i in range(rows)],
        }
    )


def prepared(table, targets, **options):
    module = TableDataModule(table, targets, **options)
    module.prepare()
    return module


def test_a_batch_holds_the_features_and_one_field_per_target():
    module = prepared(people(), ("age", "sex"), ignore=("id",), batch_size=8)
    features, age, sex = next(iter(module.train_loader().batches()))
    assert features.shape == (8, 3)  # height, job=cook, job=smith
    assert age.shape == (8, 1)
    assert sex.shape == (8,)
    assert (age.dtype, sex.dtype) == (torch.float32, torch.int64)
    assert [type(target) for target in module.fitted] == [NumericTarget, ClassTarget]
    assert [target.outputs for target in module.fitted] == [1, 2]
    assert module.labels == ()
    assert prepared(people(), "sex", ignore=("id",)).labels == ("f", "m")


def test_embedded_categories_come_as_codes():
    module = prepared(people(), ("age",), ignore=("id",), embed=True)
    numbers, codes, age = module.fields
    assert numbers.shape == (50, 1)
    assert codes.shape == (50, 2)
    assert module.preprocessor.cardinalities == (3, 3)
    assert age.shape == (50, 1)


def test_targets_come_back():
    module = prepared(people(), ("age", "sex"), ignore=("id",), log_target=True)
    _, age, sex = module.fields
    numeric, classes = module.fitted
    assert numeric.decode(age).to_list() == pytest.approx(people()["age"].to_list(), rel=1e-5)
    assert classes.decode(torch.nn.functional.one_hot(sex).float()).to_list() == people()["sex"].to_list()


def test_numbers_may_be_declared_classes():
    module = prepared(people(), "age", ignore=("id",), kinds={"age": "classification"})
    assert module.labels[:2] == ("20", "21")
    assert module.fields[1].unique().tolist() == list(range(40))


def test_the_split_depends_on_the_number_of_rows_alone():
    rows = split_rows(100, 0.2, 0.25)
    assert [len(part) for part in (rows.train, rows.val, rows.test)] == [60, 20, 20]
    assert torch.cat([rows.train, rows.val, rows.test]).sort().values.tolist() == list(range(100))
    first = prepared(people(), "age", ignore=("id",), seed=0)
    second = prepared(people(), "age", ignore=("id",), seed=7)
    assert torch.equal(first.rows.test, second.rows.test)
    assert torch.equal(first.test_loader().batches().__next__()[0], second.test_loader().batches().__next__()[0])


def test_nothing_is_learnt_from_rows_that_are_held_out():
    module = prepared(people(), "age", ignore=("id",))
    train = set(module.rows.train.tolist())
    changed = people().with_columns(
        pl.Series("height", [v if i in train else 1e6 for i, v in enumerate(people()["height"])]),
        pl.Series("job", [v if i in train else "astronaut" for i, v in enumerate(people()["job"])]),
        pl.Series("age", [v if i in train else 9999.0 for i, v in enumerate(people()["age"])]),
    )
    other = prepared(changed, "age", ignore=("id",))
    assert other.preprocessor.to_json() == module.preprocessor.to_json()
    assert other.fitted == module.fitted
    for ours, theirs in zip(module.fields, other.fields, strict=True):
        assert torch.equal(ours[module.rows.train], theirs[module.rows.train])
        assert not torch.equal(ours, theirs)


def test_rows_may_be_given():
    rows = Rows(torch.arange(10), torch.arange(0), torch.arange(10, 50))
    module = prepared(people(), "age", rows=rows)
    assert module.val_loader() is None
    assert module.train_loader().num_examples == 10
    assert module.test_loader().num_examples == 40


def test_rows_without_a_target_are_left_out_and_said_to_be():
    table = people().with_columns(pl.when(pl.col("id") < 5).then(None).otherwise(pl.col("age")).alias("age"))
    module = prepared(table, "age")
    assert module.table.height == 45
    assert module.notes[0] == "5 rows without 'age' left out"
    assert module.notes[1] == "target 'age' has 40 different numbers: learnt as numbers"
    with pytest.raises(ValueError, match="target 'age' is missing in every row"):
        prepared(people().with_columns(pl.lit(None, pl.Float64).alias("age")), "age")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": "agee"}, "target is 'agee', but the table has no column 'agee'; did you mean 'age'"),
        ({"targets": ()}, "must name at least one column"),
        ({"targets": ("age", "age")}, "each once"),
        ({"targets": "age", "ignore": ("age",)}, "ignore holds 'age', which is a target"),
        ({"targets": "age", "ignore": ("idd",)}, "ignore is 'idd', but the table has no column 'idd'; did you mean"),
        ({"targets": "age", "kinds": {"agee": "regression"}}, "kinds is 'agee'"),
        ({"targets": "sex", "kinds": {"sex": "regression"}}, "holds words such as 'f'; a regression needs numbers"),
        ({"targets": "age", "test": 1.0}, r"test must take at least 0 of 50 examples .*, got 1.0"),
        ({"targets": "age", "validation": 40}, r"validation must take at least 0 of 40 examples .*, got 40"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        prepared(people(), **options)


def test_a_column_that_tells_the_parts_is_not_learnt_from():
    table = pl.DataFrame(
        {"x": [1.0, 2.0, 5.0, 3.0], "split": ["Train", "train", "test", "train"], "y": [0.0, 1.0, 2.0, 4.0]}
    )
    with pytest.raises(
        ValueError, match=r"column 'split' tells the part of every row \(3 train, 1 test\), but rows are"
    ):
        TableDataModule(table, "y", test=1).prepare()
    TableDataModule(table, "y", test=1, ignore=["split"]).prepare()
    TableDataModule(
        table.rename({"split": "vehicle"}).with_columns(vehicle=pl.Series(["a", "train", "b", "a"])), "y"
    ).prepare()


@pytest.mark.parametrize("names", [("^a", "n$", "*", ".*"), ("{}", "a*", "$", "^")])
def test_names_of_columns_are_no_patterns(names):
    columns = {"n": [1.0, None, 3.0, 2.0] * 5, "w": ["u", "v", None, "u"] * 5, "m": [0.5, 4.0, 1.0, 2.5] * 5}
    columns["y"] = [1.0, None, 2.0, 4.0] * 5
    plain, odd = (pl.DataFrame(dict(zip(keys, columns.values(), strict=True))) for keys in (columns, names))
    found = []
    for table, target in ((plain, "y"), (odd, names[-1])):
        module = TableDataModule(table, target, ignore=[table.columns[2]], log=True, indicators=True)
        module.prepare()
        found.append(module.fields)
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)
