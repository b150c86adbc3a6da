import pytest
import torch

from deepdive.data.sequences import Ragged
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, read_inputs
from deepdive.training import Run, RunError


@pytest.fixture
def run(tmp_path):
    return Run.create("rnn-lm", {}, preset="quick", root=tmp_path)


def test_inputs_are_kept_and_compared_on_a_resume(run):
    keep_inputs(run, {"a": [1, 2]}, what="the text has", resume=False)
    keep_inputs(run, {"a": (1, 2)}, what="the text has", resume=True)
    with pytest.raises(RunError, match="the text has changed since"):
        keep_inputs(run, {"a": [1, 3]}, what="the text has", resume=True)
    keep_inputs(run, {"a": [1, 3]}, what="the text has", resume=False)
    assert read_inputs(run, lambda inputs: inputs["a"]) == [1, 3]


def test_a_run_killed_before_it_wrote_them_writes_them_on_the_resume(run):
    keep_inputs(run, {"a": 1}, what="the text has", resume=True)
    assert read_inputs(run, lambda inputs: inputs["a"]) == 1


def test_what_is_missing_or_damaged_is_told(run):
    with pytest.raises(RunError, match=r"has no inputs.json"):
        read_inputs(run, lambda inputs: inputs)
    keep_inputs(run, {"a": 1}, what="the text has", resume=False)
    with pytest.raises(RunError, match=r"inputs.json is damaged: it lacks 'b'"):
        read_inputs(run, lambda inputs: inputs["b"])


def test_a_checksum_tells_numbers_apart():
    a = torch.arange(6).view(2, 3)
    assert checksum([a]) == checksum([a.clone()]) != checksum([a + 1])
    assert checksum([a.t()]) == checksum([a.t().contiguous()])


def test_a_checksum_tells_apart_how_values_are_cut():
    one, other = Ragged.from_lists([[1, 2], [3]]), Ragged.from_lists([[1], [2, 3]])
    assert torch.equal(one.values, other.values)
    assert checksum([one]) != checksum([other])
