"""Settings files of others, key by key."""

import math

import pytest

from deepdive.keys import EPS, FLAG, RATE, SIZE, Honoured, harmless, one_of, only, read_keys, refused_unless, require

KEYS = {
    "size": Honoured("width", SIZE, needed=True),
    "rate": Honoured("dropout", RATE),
    "eps": Honoured("eps", EPS, nullable=True),
    "tied": Honoured("tied", FLAG),
    "act": Honoured("activation", one_of({"gelu_new": "gelu-tanh"})),
    **harmless("of speed", "use_cache"),
    **refused_unless(only(False, None), "no decoder", "is_decoder"),
}


def test_values_come_by_our_names():
    found = {"size": 3, "rate": 0, "eps": 1e-3, "tied": False, "act": "gelu_new", "use_cache": 7, "is_decoder": None}
    expected = {"width": 3, "dropout": 0, "eps": 1e-3, "tied": False, "activation": "gelu-tanh"}
    assert read_keys(found, KEYS, "a.json") == expected
    assert read_keys({"size": 3, "eps": None}, KEYS, "a.json") == {"width": 3}


@pytest.mark.parametrize(
    ("key", "values", "rule"),
    [
        ("size", [0, -1, True, 2.0, "3", None, [3]], "a whole number of at least 1"),
        ("rate", [-0.1, 1.1, math.nan, "0.1", None, True], "a number from 0 to 1"),
        ("eps", [-1e-9, math.inf, math.nan, "1e-5"], "a finite number of at least 0"),
        ("tied", [0, 1, "false", None], "true or false"),
        ("act", ["gelu", None, ["gelu_new"], {}], "one of 'gelu_new'"),
        ("is_decoder", [True, 0, "false", {}], "False or None"),
    ],
)
def test_values_of_another_kind_are_refused(key, values, rule):
    for value in values:
        with pytest.raises(ValueError, match=f"^{key} must be {rule}, got .* in a.json"):
            read_keys({"size": 3, key: value}, KEYS, "a.json")


def test_a_refusal_comes_before_what_is_missing():
    """Of another family's file, that is what a reader must know."""
    with pytest.raises(ValueError, match=r"is_decoder must be False or None, got True in a.json \(no decoder\)"):
        read_keys({"is_decoder": True}, KEYS, "a.json")
    with pytest.raises(ValueError, match=r"a.json lacks size"):
        read_keys({}, KEYS, "a.json")


def test_unknown_keys_are_told():
    notes = []
    read_keys({"size": 1, "b": 1, "a": 2}, KEYS, "a.json", tell=notes.append)
    assert notes == ["a.json has keys that are not known here and are passed over: b, a"]
    with pytest.warns(UserWarning, match="passed over: b$"):
        read_keys({"size": 1, "b": 1}, KEYS, "a.json")


def test_long_values_are_cut():
    with pytest.raises(ValueError, match=r"got 'x{96}\.\.\. in a.json"):
        read_keys({"size": "x" * 500}, KEYS, "a.json")


def test_keys_that_depend_on_others():
    require({"a": 3}, "a", True, "odd", "a.json")
    with pytest.raises(ValueError, match=r"^a must be even, got 3 in a.json"):
        require({"a": 3}, "a", False, "even", "a.json")
