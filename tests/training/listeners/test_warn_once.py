import logging

import pytest

from deepdive.training.listeners._warn_once import WarnOnce


def test_warns_once_and_goes_on(caplog):
    guard = WarnOnce("the picture")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with guard:
                raise OSError(28, "No space left on device", "picture.png")
    (record,) = caplog.records
    assert "could not write the picture" in record.getMessage()
    assert "picture.png" in record.getMessage()


def test_lets_other_errors_through():
    with pytest.raises(KeyError, match="bug"), WarnOnce("the picture"):
        raise KeyError("bug")
