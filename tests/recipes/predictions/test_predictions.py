import csv
import io
import json
from pathlib import Path

import pytest

from deepdive.recipes.predictions import AnyPrediction, Prediction, TablePrediction, predictions_csv, to_csv

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
