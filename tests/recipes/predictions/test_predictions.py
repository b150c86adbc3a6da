import csv
import io
import json
import math
from pathlib import Path

import pytest

from deepdive.commands.predicting import _print
from deepdive.recipes.predictions import (
    AnyPrediction,
    PredictedColumn,
    Prediction,
    TablePrediction,
    predictions_csv,
    to_csv,
)

LABEL = Prediction(Path("a.png"), "cat", 0.75, {"dog": 0.2}, ("resized",))
TABLE = TablePrediction(Path("t.csv"), {"Id": ["7", "8"], "price": [1.5, 0.1234567890123]}, ("colour: new",))


@pytest.mark.parametrize("prediction", [LABEL, TABLE])
def test_both_kinds_can_be_told_and_stored(prediction):
    assert isinstance(prediction, AnyPrediction)
    assert all(json.loads(json.dumps(item))["input"] == str(prediction.file) for item in prediction.objects())


def test_a_label_is_one_line():
    assert list(LABEL.lines()) == ["a.png: cat 75.0%  (then dog 20.0%)"]
    assert list(Prediction(Path("a.png"), "cat", 1.0).lines()) == ["a.png: cat 100.0%"]
    assert next(iter(LABEL.objects())) == {
        "input": "a.png",
        "kind": "classification",
        "prediction": "cat",
        "probabilities": {"cat": 0.75, "dog": 0.2},
        "notes": ["resized"],
    }


def test_a_row_of_a_table_is_one_line_whatever_letters_it_has():
    odd = "a\u2028b\x0cc\x85d"
    assert list(TablePrediction(Path("t.csv"), {"Id": [odd, "8"]}).lines()) == ["Id", odd, "8"]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (
            PredictedColumn("y", [1.0, math.nan, -math.inf]),
            "no finite number of 'y' is predicted in 2 rows, first row 2",
        ),
        (
            PredictedColumn("y", ["a", None], ("a",), [[1.0], [math.nan]]),
            "no class of 'y' is predicted in 1 row, first",
        ),
        (PredictedColumn("y", [1.0, 2]), None),
    ],
)
def test_a_prediction_that_overflows_is_a_note(column, told):
    assert [note[: len(told or "")] for note in column.notes()] == ([told] if told else [])


def test_tables_that_are_printed_together_have_their_names(capsys):
    other = TablePrediction(Path("u.csv"), {"Id": ["9"], "price": [2.5]}, ("size: new",))
    _print([TABLE, other], several=True)
    out, err = capsys.readouterr()
    assert out == "t.csv:\nId,price\n7,1.5\n8,0.123456789\nu.csv:\nId,price\n9,2.5\n"
    assert err == "note: t.csv: colour: new\nnote: u.csv: size: new\n"
    _print([other], several=False)
    assert capsys.readouterr() == ("Id,price\n9,2.5\n", "note: size: new\n")


def test_a_table_is_csv():
    assert list(TABLE.lines()) == ["Id,price", "7,1.5", "8,0.123456789"]
    assert list(TABLE.objects())[1] == {
        "input": "t.csv",
        "kind": "regression",
        "prediction": 0.1234567890123,
        "row": 2,
        "target": "price",
        "notes": ["colour: new"],
    }


def test_words_with_commas_and_missing_values_survive():
    text = to_csv([{"a": 'x, "y"', "b": None}], ["a", "b"])
    assert list(csv.DictReader(io.StringIO(text))) == [{"a": 'x, "y"', "b": ""}]


def test_several_files_make_one_table_with_a_column_that_tells_them_apart():
    assert predictions_csv([TABLE]).splitlines()[0] == "Id,price"
    rows = list(csv.DictReader(io.StringIO(predictions_csv([TABLE, TABLE]))))
    assert [row["file"] for row in rows] == ["t.csv"] * 4
    assert predictions_csv([LABEL]) == "file,label,probability\na.png,cat,0.75\n"


def test_predictions_of_other_columns_do_not_mix():
    with pytest.raises(
        ValueError, match=r"for t.csv have the columns file, Id, price, those for u.csv have file, other"
    ):
        predictions_csv([TABLE, TablePrediction(Path("u.csv"), {"other": [1.0]})])


def test_a_column_called_file_stands_beside_the_name_of_the_file():
    tables = [TablePrediction(Path(f"{name}.csv"), {"file": ["x"], "y": [1.0]}) for name in "ab"]
    rows = [*csv.DictReader(io.StringIO(predictions_csv(tables)))]
    assert [(row["file_"], row["file"]) for row in rows] == [("a.csv", "x"), ("b.csv", "x")]
