import torch
from torch.nn.utils.rnn import pack_padded_sequence

from deepdive.proofs import differentiable, mapped, tensors


def test_tensors_come_in_order_and_nothing_else_does():
    a, b, c = (torch.full((), float(i)) for i in range(3))
    assert [float(x) for x in tensors([a, (b, None), [c], "words"])] == [0, 1, 2]


def test_only_those_that_ask_for_a_gradient_are_differentiable():
    a, b = torch.zeros(2, requires_grad=True), torch.zeros(2)
    assert differentiable((b, [a, None])) == [a]


def test_another_nest_of_the_same_form():
    x = torch.ones(2)
    once, (twice, nothing) = mapped(lambda x: 2 * x, (x, [2 * x, None]))
    assert once.tolist() == [2, 2]
    assert twice.tolist() == [4, 4]
    assert nothing is None


def test_of_a_packed_sequence_only_the_data_change():
    packed = pack_padded_sequence(torch.ones(3, 2, 1), [1, 3], enforce_sorted=False)
    doubled = mapped(lambda x: 2 * x, packed)
    assert doubled.data.flatten().tolist() == [2] * 4
    assert doubled.batch_sizes is packed.batch_sizes
    assert doubled.sorted_indices is packed.sorted_indices
    assert len(list(tensors(packed))) == 4
