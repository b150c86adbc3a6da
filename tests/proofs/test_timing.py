import time

import torch

from deepdive.proofs import prove, timing


def test_waiting_does_not_count_as_time():
    assert timing.seconds(lambda: time.sleep(0.1), 1) < 0.05


def test_the_number_of_threads_is_given_back():
    before = torch.get_num_threads()
    list(prove("optim.SGD"))
    assert torch.get_num_threads() == before
