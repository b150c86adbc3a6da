import json

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from deepdive.data.tables import TablePreprocessor


def houses(rows=60):
    generator = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "area": generator.normal(100, 20, rows),
            "lot": generator.lognormal(8, 1.5, rows),
            "alley": [[None, "Gravel", "Paved"][i % 3] for i in range(rows)],
            "style": [["flat", "house"][i % 2] for i in range(rows)],
        }
    )


def test_it_agrees_with_scikit_learn():
    train, new = houses()[:40], houses()[40:]
    ours = TablePreprocessor.fit(train).transform(new)
    numbers = StandardScaler().fit(train.select("area", "lot")).transform(new.select("area", "lot"))
    words = [frame.select(pl.col("alley").fill_null("~"), "style").to_numpy() for frame in (train, new)]
    hot = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(words[0]).transform(words[1])
    torch.testing.assert_close(ours, torch.from_numpy(np.hstack([numbers, hot])).float())


def test_features_have_names():
    names = TablePreprocessor.fit(houses()).feature_names
    assert names == ("area", "lot", "alley=Gravel", "alley=Paved", "alley=missing", "style=flat", "style=house")


def test_missing_numbers_become_the_mean_and_may_be_indicated():
    table = pl.DataFrame({"a": [1.0, None, 3.0], "b": [1.0, 2.0, 3.0]})
    assert TablePreprocessor.fit(table).transform(table)[:, 0].tolist() == pytest.approx([-1, 0, 1])
    with_indicator = TablePreprocessor.fit(table, indicators=True)
    assert with_indicator.feature_names == ("a", "a missing", "b")
    assert with_indicator.transform(table)[:, 1].tolist() == [0, 1, 0]
    assert with_indicator.inverse_transform(with_indicator.transform(table))["a"].to_list() == [
        pytest.approx(1),
        None,
        pytest.approx(3),
    ]


def test_skewed_columns_are_taken_logarithmically():
    table = houses(400)
    fitted = TablePreprocessor.fit(table, log=True)
    assert [column.log for column in fitted.numeric] == [False, True]
    z = np.log1p(table["lot"].to_numpy())
    expected = torch.from_numpy((z - z.mean()) / z.std()).float()
    torch.testing.assert_close(fitted.transform(table)[:, 1], expected)
    assert [column.log for column in TablePreprocessor.fit(table, log=("area",)).numeric] == [True, False]


def test_a_negative_value_has_a_logarithm_too():
    fitted = TablePreprocessor.fit(houses(400), log=("lot",))
    low = houses(1).with_columns(lot=pl.lit(-1000.0))
    assert fitted.inverse_transform(fitted.transform(low))["lot"][0] == pytest.approx(-1000, rel=1e-4)


def test_an_unknown_category_has_zeros_and_is_reported():
    fitted = TablePreprocessor.fit(houses())
    new = pl.DataFrame({"area": [100.0, None], "lot": [9.0, 9.0], "alley": [None, "Gold"], "style": [None, "house"]})
    assert fitted.transform(new)[:, 2:].tolist() == [[0, 0, 1, 0, 0], [0, 0, 0, 0, 1]]
    assert fitted.describe(new) == (
        "alley: 1 row of categories unknown in training: 'Gold'",
        "style: missing in 1 row, in training never",
        "missing numbers taken as the mean: area in 1 row",
    )
    assert fitted.inverse_transform(fitted.transform(new))["alley"].to_list() == [None, None]
    assert fitted.describe(houses()) == ()


def test_codes_for_embeddings():
    fitted = TablePreprocessor.fit(houses())
    new = pl.DataFrame({"area": [100.0] * 4, "lot": [9.0] * 4, "alley": ["Gravel", "Paved", None, "Gold"]})
    numbers, codes = fitted.transform_codes(new.with_columns(style=pl.lit("flat")))
    assert numbers.shape == (4, 2)
    assert codes[:, 0].tolist() == [1, 2, 3, 0]
    assert fitted.cardinalities == (4, 3)


def test_columns_that_tell_nothing_are_left_out_and_named():
    table = houses().with_columns(
        gone=pl.lit(None, pl.Float64), same=pl.lit("x"), one=pl.lit(7.0), key=pl.int_range(60).cast(pl.String)
    )
    fitted = TablePreprocessor.fit(table)
    assert fitted.columns == ("area", "lot", "alley", "style")
    assert fitted.notes == (
        "column 'gone' is left out: all its values are missing",
        "column 'same' is left out: all its values are 'x'",
        "column 'one' is left out: all its values are 7.0",
        "column 'key' is left out: every value is different",
    )


def test_rare_categories_count_as_unknown_beyond_the_limit():
    table = pl.DataFrame({"a": ["x", "x", "y", "y", "z", "w"], "n": [1.0, 2, 3, 4, 5, 6]})
    fitted = TablePreprocessor.fit(table, max_categories=2)
    assert fitted.feature_names == ("n", "a=x", "a=y")
    assert fitted.notes == ("column 'a': the 2 rarest of 4 categories count as unknown",)


def test_it_survives_json():
    fitted = TablePreprocessor.fit(houses(), log=True, indicators=True)
    again = TablePreprocessor.from_json(json.loads(json.dumps(fitted.to_json())))
    assert again.to_json() == fitted.to_json()
    assert torch.equal(again.transform(houses()), fitted.transform(houses()))
    for content in ({}, {"numeric": [{"name": 1}], "categorical": [], "notes": []}):
        with pytest.raises(ValueError, match="not a table preprocessor"):
            TablePreprocessor.from_json(content)


cells = st.tuples(
    st.floats(-1e6, 1e6),
    st.sampled_from(["red", "green", "blue", "no", None]),
    st.one_of(st.none(), st.floats(0, 1e6)),
)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(cells, min_size=2, max_size=20), log=st.booleans())
def test_the_inverse_gives_back_what_was_kept(rows, log):
    schema = {"a": pl.Float64, "b": pl.String, "c": pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(d=pl.int_range(len(rows)).cast(pl.Float64))
    schema["d"] = pl.Float64  # one column that can always be learnt from
    fitted = TablePreprocessor.fit(table, log=("a", "c") if log else False, indicators=True)
    back = fitted.inverse_transform(fitted.transform(table))
    assert tuple(back.columns) == fitted.columns
    for name in fitted.columns:
        if schema[name] == pl.String:
            assert back[name].to_list() == table[name].to_list()
            continue
        scale = max(abs(v) for v in table[name] if v is not None)  # single precision, then perhaps an exponential
        for ours, true in zip(back[name], table[name], strict=True):
            assert (ours is None) == (true is None)
            if true is not None:
                assert ours == pytest.approx(true, rel=1e-4, abs=1e-4 * scale + 1e-6)


@settings(deadline=None, max_examples=30)
@given(rows=st.lists(cells, min_size=1, max_size=10))
def test_new_rows_of_any_kind_give_finite_features(rows):
    fitted = TablePreprocessor.fit(
        pl.DataFrame({"a": [0.0, 1.0, None], "b": ["red", "no", "no"], "c": [1.0, 2, 4]}), log=True, indicators=True
    )
    new = pl.DataFrame(rows, schema={"a": pl.Float64, "b": pl.String, "c": pl.Float64}, orient="row")
    features = fitted.transform(new)
    assert features.isfinite().all()
    assert features.shape == (len(rows), len(fitted.feature_names))
    one_by_one = torch.cat([fitted.transform(new[i : i + 1]) for i in range(len(rows))])
    assert torch.equal(features, one_by_one)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop("area"), "the table has no column 'area'; there are lot, alley, style"),
        (lambda t: t.rename({"area": "Area"}), "no column 'area'; did you mean 'Area'"),
        (
            lambda t: t.with_columns(area=pl.lit("big")),
            "column 'area' must hold numbers, but holds words: row 1 is 'big'",
        ),
        (
            lambda t: t.with_columns(style=pl.lit(1.0)),
            "column 'style' must hold words, but holds numbers: row 1 is 1.0",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        TablePreprocessor.fit(houses()).transform(change(houses()))


def test_a_column_that_is_wholly_missing_in_a_new_table_fits_any_kind():
    fitted = TablePreprocessor.fit(houses())
    new = houses(2).with_columns(area=pl.lit(None, pl.String), style=pl.lit(None, pl.Float64))
    assert fitted.transform(new)[:, 0].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (houses()[:0], {}, "train has no rows"),
        (houses(), {"max_categories": 0}, "max_categories is 0; it must be at least 1"),
        (houses(), {"log": ("lott",)}, "log is 'lott', but the table has no column 'lott'; did you mean 'lot'"),
        (houses(), {"log": ("style",)}, "column 'style' must hold numbers"),
        (pl.DataFrame({"a": [1.0, 1.0]}), {}, "no column can be learnt from; column 'a' is left out"),
        (pl.DataFrame({"a": [1e200, -1e200]}), {}, "column 'a' has mean .* it cannot be standardised"),
    ],
)
def test_what_cannot_be_fitted_is_named(table, options, message):
    with pytest.raises(ValueError, match=message):
        TablePreprocessor.fit(table, **options)


def test_features_of_another_width_are_refused():
    with pytest.raises(ValueError, match="features has 3 columns; there must be 7"):
        TablePreprocessor.fit(houses()).inverse_transform(torch.zeros(1, 3))
