import torch

from deepdive.data.devices import OnDevices
from deepdive.data.sequences import Ragged


def test_fields_move_once_and_stay():
    x, sequences = torch.arange(3), Ragged.from_lists([[1, 2], [3]])
    fields = OnDevices(x, sequences)
    assert fields.on()[0] is x
    assert fields.on("cpu")[1] is sequences
    there = fields.on("meta")
    assert [field.device.type for field in there] == ["meta", "meta"]
    assert fields.on(torch.device("meta")) is there
