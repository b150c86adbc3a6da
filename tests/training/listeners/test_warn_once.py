import logging

import pytest

from deepdive.training.listeners._warn_once import WarnOnce


def test_warns_once_and_goes_on(caplog):
    guard = WarnOnce("the image")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with guard:
                raise OSError(28, "No space left on device", "image.png")
    (record,) = caplog.records
    assert "could not write the image" in record.getMessage()
    assert "image.png" in record.getMessage()


def test_what_cannot_be_drawn_ends_no_run(caplog):
    with caplog.at_level(logging.WARNING), WarnOnce("the image"):
        raise ValueError("two\nlines")
    assert caplog.messages == ["could not write the image, the run goes on without: ValueError: two lines"]


def test_lets_an_interruption_through():
    with pytest.raises(KeyboardInterrupt), WarnOnce("the image"):
        raise KeyboardInterrupt
