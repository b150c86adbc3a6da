"""Of several inputs those that can be used are predicted, in order; the others are told, each with its reason."""

from types import SimpleNamespace

import pytest

from deepdive.recipes.ranges import SettingError
from deepdive.recipes.running.one_by_one import predict_one_by_one

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def experiment(compares=1, wrong=ValueError):
    """Doubles numbers; what is no number it refuses, and a word of several numbers stands for each of them."""

    def typed(words):
        if words == [""]:
            raise ValueError("a text is empty")
        return [part for word in words for part in word.split()]

    def predict(run, given, *, sign=1):
        calls.append(list(given))
        if sign == 0:
            raise SettingError("sign", "1 or -1", sign)
        if len(given) % compares:
            raise ValueError(f"there are {len(given)}; name an even number")
        for each in given:
            if not each.isdigit():
                raise wrong(f"{each} must be a number")
        return [sign * 2 * int(each) for each in given[::compares]]

    calls = []
    return SimpleNamespace(
        compares=compares, typed=typed, expanded=list, restore=lambda run: (run,), predict=predict, calls=calls
    )


def outcome(words, options=None, **how):
    told = []
    made = experiment(**how)
    found = predict_one_by_one(made, None, words, options or {}, lambda name, error: told.append((name, str(error))))
    return found, told, made.calls


def test_what_can_be_used_is_predicted_at_once():
    assert outcome(["3", "1 4", "15"], {"sign": -1}) == ([-6, -2, -8, -30], [], [["3", "1", "4", "15"]])


@pytest.mark.parametrize("wrong", [ValueError, FileNotFoundError, PermissionError])
def test_each_that_cannot_be_is_told_and_the_others_keep_their_order(wrong):
    words = ["3", "", "x", *map(str, range(10, 70)), "y", "9"]
    found, told, calls = outcome(words, wrong=wrong)
    assert found == [6, *range(20, 140, 2), 18]
    assert told == [("", "a text is empty"), ("x", "x must be a number"), ("y", "y must be a number")]
    assert len(calls) < 40  # halves, not one by one


def test_one_of_several_in_a_word_is_told_by_its_own_name():
    assert outcome(["1 x 2"])[:2] == ([2, 4], [("x", "x must be a number")])


def test_where_nothing_can_be_used_for_one_reason_that_is_the_error():
    with pytest.raises(FileNotFoundError, match="x must be a number"):
        outcome(["x", "x"], wrong=FileNotFoundError)
    assert outcome(["x", "y"])[:2] == ([], [("x", "x must be a number"), ("y", "y must be a number")])


def test_an_option_out_of_range_is_no_fault_of_the_inputs():
    with pytest.raises(SettingError, match="sign must be 1 or -1, got 0"):
        outcome(["1", "2"], {"sign": 0})


def test_what_is_compared_two_by_two_is_left_out_together():
    found, told, _ = outcome(["1", "2", "x", "4", "5", "6"], compares=2)
    assert (found, told) == ([2, 10], [("x and 4", "x must be a number")])
    with pytest.raises(ValueError, match="there are 3; name an even number"):
        outcome(["1", "2", "3"], compares=2)
    with pytest.raises(ValueError, match="a text is empty"):  # what comes after it would be compared with another
        outcome(["1", "", "3", "4"], compares=2)
