"""Options of the trainer of another kind, as a user meets them: without the type checks of the tests."""

import pytest

from deepdive.training import Trainer

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"epochs": 2.5}, "epochs must be an integer, got 2.5"),
        ({"accumulate": "2"}, "accumulate must be an integer, got the string '2'"),
        ({"log_every": True}, "log_every must be an integer, got True"),
        ({"steps": 1e308}, r"steps must be an integer, got 1e\+308"),
        ({"clip_norm": "1"}, "clip_norm must be a number, got the string '1'"),
    ],
)
def test_an_option_of_another_kind_is_named(words, message):
    with pytest.raises(TypeError, match=message):
        Trainer(**words)
