"""Every kind of prediction is JSON of one schema, whatever names and numbers people's data holds."""

import json
import math
from pathlib import Path

import jsonschema
import pytest

from deepdive import cli
from deepdive.recipes.predictions import (
    Entity,
    PairPrediction,
    PredictedColumn,
    Prediction,
    Predictions,
    SeriesPrediction,
    TablePrediction,
    TextAnswer,
    TextLabel,
    TextPrediction,
    TextScore,
    TextTags,
    json_lines,
    schema,
)

SCHEMA = jsonschema.Draft202012Validator(json.loads(schema()))
NAMES = ["input", "kind", "prediction", "notes", "probabilities", "row", "$ref", '"', "\n", "é\u2028", "__proto__", ""]
FILE = Path("a b.csv")


def table(*predicted, beside=None):
    columns = dict(beside or {}) | {each.name: each.values for each in predicted}
    return TablePrediction(FILE, columns, (), predicted, beside or {})


def objects_of(prediction):
    found = [json.loads(line, parse_constant=pytest.fail) for line in json_lines([prediction])]
    for each in found:
        SCHEMA.validate(each)
    return found


def test_the_schema_is_one_and_is_strict():
    jsonschema.Draft202012Validator.check_schema(SCHEMA.schema)
    good = {"input": "a", "kind": "text", "prediction": "b", "notes": []}
    SCHEMA.validate(good)
    for change in ({"kind": "other"}, {"prediction": 3}, {"more": 1}, {"row": 1}, {"input": ["a"]}, {"notes": None}):
        assert not SCHEMA.is_valid(good | change), change
    assert not SCHEMA.is_valid({name: value for name, value in good.items() if name != "notes"})


@pytest.mark.parametrize("name", NAMES)
def test_names_of_people_collide_with_none_of_the_schema(name):
    classes = PredictedColumn(name, [name, "b"], [name, "b"], [[0.75, 0.25], [0.5, 0.5]])
    numbers = PredictedColumn(f"{name}!", [1.5, 2.5])
    first, second = objects_of(table(classes, beside={name: ["x", 7], "Id": [1, None]}))
    assert (first["kind"], first["prediction"], first["target"], first["row"]) == ("classification", name, name, 1)
    assert first["probabilities"] == {name: 0.75, "b": 0.25}
    assert second["columns"] == {name: 7, "Id": None}
    both, _ = objects_of(table(classes, numbers))
    assert both["kind"] == "multi-output"
    assert both["prediction"] == {name: name, f"{name}!": 1.5}
    assert both["probabilities"] == {name: {name: 0.75, "b": 0.25}}
    [image] = objects_of(Prediction(FILE, name, 0.5, {"other": 0.5}))
    assert image["prediction"] == name


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_does_not_have_are_null(value):
    [number] = objects_of(table(PredictedColumn("y", [value])))
    assert number["prediction"] is None
    assert str(value) in number["notes"][0]
    [series] = objects_of(SeriesPrediction(FILE, {"step": [1], "y": [value]}, target="y", values=[value, 1.0]))
    assert series["prediction"] == [None, 1.0]
    [several] = objects_of(table(PredictedColumn("y", [value]), PredictedColumn("z", [1.0])))
    assert several["prediction"] == {"y": None, "z": 1.0}
    [score] = objects_of(TextScore("a", ("nan",), value=value))
    assert score["prediction"] is None
    [pair] = objects_of(PairPrediction(FILE, FILE, "same", value, 0.5))
    assert pair["scores"] == {"distance": None, "threshold": 0.5}
    [text] = objects_of(TextPrediction("a", ("b", "c"), (value, 0.5), "score"))
    assert text["alternatives"] == [{"prediction": "b", "score": None}, {"prediction": "c", "score": 0.5}]


def test_texts_of_each_kind():
    [one] = objects_of(TextPrediction("a", ("b",)))
    assert one == {"input": "a", "kind": "text", "prediction": "b", "notes": []}
    [label] = objects_of(TextLabel("a\tb", ("yes", "no"), (0.9, 0.1), parts=("a", "b"), value=1.5))
    assert (label["input"], label["probabilities"], label["scores"]) == (
        ["a", "b"],
        {"yes": 0.9, "no": 0.1},
        {"score": 1.5},
    )
    tags = TextTags(
        "Ada left",
        ("[Ada PER] left",),
        words=["Ada", "left"],
        tags=["B-PER", "O"],
        entities=(Entity("Ada", "PER", 0, 1),),
    )
    [tagged] = objects_of(tags)
    assert tagged["prediction"] == [{"word": "Ada", "tag": "B-PER"}, {"word": "left", "tag": "O"}]
    assert tagged["entities"] == [{"text": "Ada", "type": "PER", "start": 0, "stop": 1}]
    [none] = objects_of(TextAnswer("q\tt", ("(none)",), parts=("q", "t")))
    assert (none["prediction"], none["kind"]) == (None, "answer")


def test_many_predictions_are_dicts_rows_and_lines():
    rows = Predictions(table(PredictedColumn("y", [1.5, 2.5]), beside={"Id": [7, 8]}).rows())
    assert [each["prediction"] for each in rows.to_dicts()] == [1.5, 2.5]
    assert rows.to_records() == [{"Id": 7, "y": 1.5}, {"Id": 8, "y": 2.5}]
    assert rows.to_csv() == "Id,y\n7,1.5\n8,2.5\n"
    assert str(rows) == "a b.csv, row 1: y 1.5\na b.csv, row 2: y 2.5"
    with pytest.raises(ValueError, match="target 'y' holds numbers, not classes; see value"):
        _ = rows[0].label
    classes = Predictions(table(PredictedColumn("row", ["b"], ["a", "b"], [[0.25, 0.75]])).rows())
    assert classes.to_records() == [{"row_": 1, "row": "b", "probability": 0.75}]
    assert (classes[0].label, classes[0].probability, list(classes[0].probabilities)) == ("b", 0.75, ["b", "a"])


def test_the_command_prints_the_schema_without_a_run(capsys):
    assert cli.main(["predict", "--schema"]) == 0
    assert capsys.readouterr().out == schema()


def test_what_a_terminal_would_obey_is_an_escape_of_json():
    given = "a\u202eb\x9b\x7f\ue000\U000e0001é"
    prediction = TextLabel(given, ("pos", "neg"), (0.75, 0.25))
    [line] = json_lines([prediction])
    assert line.isprintable()
    assert "\\u202e" in line
    assert "é" in line
    assert json.loads(line)["input"] == given


def test_a_row_without_finite_probabilities_has_no_class():
    nan = math.nan
    found = table(PredictedColumn("y", [None, "b"], ["a", "b"], [[nan, nan], [0.25, 0.75]]))
    first, second = objects_of(found)
    assert (first["prediction"], first["probabilities"]) == (None, {"a": None, "b": None})
    assert (second["prediction"], second["probabilities"]) == ("b", {"b": 0.75, "a": 0.25})
    row, other = found.rows()
    assert [*row.lines()] == [f"{FILE}, row 1: y (no class)"]
    assert [*row.records()] == [{"row": 1, "y": None, "probability": None}]
    assert (other.label, other.probability) == ("b", 0.75)
    with pytest.raises(ValueError, match="row 1 has no class of 'y': its probabilities are no finite numbers"):
        _ = row.label
