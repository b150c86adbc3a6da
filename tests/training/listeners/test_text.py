import math

import pytest

from deepdive.names import printable
from deepdive.training.listeners._text import format_metrics, format_seconds, format_value, split_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("train_loss", ("loss", "train")),
        ("val_top_5_accuracy", ("top_5_accuracy", "val")),
        ("test_loss", ("loss", "test")),
        ("learning_rate", ("learning_rate", "")),
        ("train", ("train", "")),
        ("train_", ("train_", "")),
        ("training_loss", ("training_loss", "")),
        ("", ("", "")),
    ],
)
def test_split_name(name, parts):
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.87314, "0.8731"),
        (1e-05, "1e-05"),
        (0.0, "0"),
        (-0.5, "-0.5000"),
        (12345.678, "1.235e+04"),
        (999.0, "999.0000"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_format_value(value, text):
    assert format_value(value) == text


def test_format_metrics_shows_control_characters_as_question_marks():
    assert format_metrics({"a\n\x1b[31mb": 1.0, "ö": 0.5}) == "a??[31mb 1.0000  ö 0.5000"
    assert printable("\ud800") == "?"
    assert format_metrics({}) == ""


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (754.0, "12:34"), (3723.0, "1:02:03")])
def test_format_seconds(seconds, text):
    assert format_seconds(seconds) == text
