"""A script hears how it goes, on standard error, unless it says otherwise."""

import pytest
from tests.training.examples import Heard
from tests.training.own.data import X, Y, network

from deepdive.training import Classification, Trainer


def fit(**words):
    Trainer(epochs=2).fit(Classification(network()), (X, Y), **words)


def test_one_line_per_epoch(capsys):
    fit()
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition("  ")[0] for line in err.splitlines()] == ["epoch 1/2", "epoch 2/2"]
    assert "train_accuracy" in err


@pytest.mark.parametrize("words", [{"progress": False}, {"listeners": []}, {"listeners": [Heard()]}])
def test_silence_on_request_and_where_somebody_else_listens(words, capsys):
    fit(**words)
    assert capsys.readouterr() == ("", "")


def test_progress_besides_listeners(capsys):
    fit(listeners=[heard := Heard()], progress=True)
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert len(heard.records) == 2


def test_what_cannot_be_promised_is_said_first(capsys):
    from tests.training.own.data import Stream

    Trainer().fit(Classification(network()), Stream())
    assert capsys.readouterr().err.startswith("train is taken as it is: a run resumed within an epoch")
