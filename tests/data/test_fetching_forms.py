"""Data sets that come in several forms: which of them is taken."""

import dataclasses
import shutil

import pytest
from tests.data.given import CONTENTS, Given, contents_of

from deepdive.data.fetching import DataUnavailableError, fetch, fetch_any, folder_of
from deepdive.data.registry import DATASETS


@pytest.fixture
def forms(dataset_of, monkeypatch):
    """A data set ``toy`` and its other form, ``toy-small``, both known to the registry."""

    def make(own, small):
        first = dataclasses.replace(dataset_of({"big.bin": b"big"}, own), instead=("toy-small",))
        second = dataset_of({"small.bin": b"small"}, small, name="toy-small")
        monkeypatch.setitem(DATASETS, "toy", first)
        monkeypatch.setitem(DATASETS, "toy-small", second)
        return first, second

    return make


def test_another_form_serves_where_the_first_is_not_to_be_had(forms):
    own, small = Given({}, error="closed"), Given({"small.bin": b"small"})
    _, second = forms(own, small)
    served, files = fetch_any("toy")
    assert served is second
    assert contents_of(files) == {"small.bin": b"small"}
    fetch_any("toy")
    assert (own.calls, small.calls) == (1, 1), "what is in the cache needs no source"


def test_the_first_form_is_preferred_where_both_have_to_be_fetched(forms):
    own, small = Given({"big.bin": b"big"}), Given({"small.bin": b"small"})
    first, _ = forms(own, small)
    assert fetch_any("toy")[0] is first
    assert small.calls == 0


def test_a_form_that_lies_here_is_preferred_to_a_download_of_the_other(forms, tmp_path, monkeypatch):
    own = Given({"big.bin": b"big"})
    first, second = forms(own, Given({}))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "small.bin").write_bytes(b"small")
    monkeypatch.setenv("DEEPDIVE_DATA", str(tmp_path / "mine"))
    assert fetch_any("toy")[0] is second
    (tmp_path / "mine" / "big.bin").write_bytes(b"big")
    assert fetch_any("toy")[0] is second, "it is in the cache now, so that a run and its resume see the same"
    shutil.rmtree(folder_of(second))
    assert fetch_any("toy")[0] is first
    assert own.calls == 0


def test_without_any_form_all_reasons_and_all_files_are_told(forms):
    forms(Given({}, "here", "closed"), Given({}, "there", "shut"))
    with pytest.raises(DataUnavailableError) as caught:
        fetch_any("toy")
    text = str(caught.value)
    for part in (
        "'toy' is not available",
        "here: closed",
        "big.bin (3 bytes",
        "another form",
        "there: shut",
        "small.bin",
    ):
        assert part in text


def test_most_data_sets_have_one_form(dataset_of):
    source = Given(CONTENTS)
    dataset = dataset_of(CONTENTS, source)
    assert fetch_any(dataset) == (dataset, fetch(dataset))
    assert source.calls == 1
