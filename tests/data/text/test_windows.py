import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import IGNORED, RandomWindows, all_windows, consecutive_windows
from deepdive.data.types import Loader


@given(n=st.integers(2, 60), t=st.integers(1, 59))
def test_all_windows_are_those_of_d2l(n, t):
    if n <= t:
        return
    corpus = torch.randint(0, 9, (n,))
    array = torch.stack([corpus[i : i + t + 1] for i in range(n - t)])  # D2L section 9.2.5
    x, y = all_windows(corpus, t)
    assert torch.equal(x, array[:, :-1])
    assert torch.equal(y, array[:, 1:])
    assert x.data_ptr() == corpus.data_ptr()


@given(n=st.integers(2, 60), t=st.integers(1, 70))
def test_consecutive_windows_predict_every_token_once(n, t):
    corpus = torch.arange(n) + 100
    x, y = consecutive_windows(corpus, t)
    assert x.shape == y.shape == (-(-(n - 1) // t), t)
    kept = y != IGNORED
    assert torch.equal(y[kept], corpus[1:])
    assert torch.equal(x[kept], corpus[:-1])
    assert (x[~kept] == 0).all()


@given(n=st.integers(2, 90), t=st.integers(1, 20), b=st.integers(1, 9), seed=st.integers(0, 2**40))
def test_random_windows_do_not_overlap_and_leave_out_little(n, t, b, seed):
    if n <= t:
        return
    loader = RandomWindows(torch.arange(n), b, t, seed=seed)
    assert isinstance(loader, Loader)
    for epoch in range(3):
        batches = list(loader.batches(epoch))
        assert len(batches) == len(loader)
        assert [len(x) for x, _ in batches[:-1]] == [b] * (len(batches) - 1)
        x = torch.cat([x for x, _ in batches])
        y = torch.cat([y for _, y in batches])
        assert x.shape == (loader.num_examples, t)
        assert torch.equal(x + 1, y)
        starts = x[:, 0].sort().values
        assert torch.equal(x, x[:, :1] + torch.arange(t))
        assert (starts.diff() == t).all()
        assert 0 <= starts[0] < t
        assert n - 1 - t < int(y.max()) + t <= n - 1 + t
        for start in range(len(batches) + 2):
            rest = list(loader.batches(epoch, start=start))
            assert all(torch.equal(u, v) for one, two in zip(batches[start:], rest, strict=True)
                       for u, v in zip(one, two, strict=True))  # fmt: skip


def test_epochs_and_seeds_begin_and_go_on_differently():
    def first(seed, epoch):
        return torch.cat([x for x, _ in RandomWindows(torch.arange(1000), 4, 10, seed=seed).batches(epoch)])

    whole = {(seed, epoch): first(seed, epoch) for seed in range(4) for epoch in range(8)}
    assert len({tuple(x[:, 0].tolist()) for x in whole.values()}) == 32
    assert {int(first(0, epoch).min()) for epoch in range(80)} == set(range(10))


def test_a_last_batch_may_be_left_out():
    loader = RandomWindows(torch.arange(52), 2, 10, drop_last=True)
    assert loader.num_examples == 4
    assert [len(x) for x, _ in loader.batches()] == [2, 2]
    with pytest.raises(ValueError, match="drop_last leaves no batch: there are 4 rows, fewer than batch_size 5"):
        RandomWindows(torch.arange(52), 5, 10, drop_last=True)


def test_batches_come_on_the_device_asked_for():
    [(x, y)] = RandomWindows(torch.arange(4), 2, 3).batches(device="meta")
    assert x.device.type == y.device.type == "meta"


@pytest.mark.parametrize("make", [all_windows, lambda corpus, t: RandomWindows(corpus, 2, t)])
def test_a_text_that_is_too_short_is_told(make):
    with pytest.raises(ValueError, match=r"the text has 4 tokens, fewer than the 5 that are needed \(num_steps 4 \+ 1"):
        make(torch.arange(4), 4)
    with pytest.raises(ValueError, match="num_steps must be at least 1, got 0"):
        make(torch.arange(4), 0)


def test_one_token_has_no_target():
    with pytest.raises(ValueError, match="the text has 1 token, fewer than the 2 that are needed"):
        consecutive_windows(torch.arange(1), 4)
    with pytest.raises(ValueError, match="num_steps must be at least 1, got 0"):
        consecutive_windows(torch.arange(4), 0)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        RandomWindows(torch.arange(9), 0, 2)
    with pytest.raises(ValueError, match="seed must not be negative, got -1"):
        RandomWindows(torch.arange(9), 1, 2, seed=-1)
    with pytest.raises(ValueError, match="epoch and start must not be negative, got -1 and 0"):
        next(RandomWindows(torch.arange(9), 1, 2).batches(-1))


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("cut", [all_windows, consecutive_windows, lambda corpus, t: RandomWindows(corpus, 1, t)])
def test_numbers_of_tokens_are_whole(cut):
    with pytest.raises(TypeError, match=r"corpus must be .*int64.*, got .*float32"):
        cut(torch.arange(9.0), 2)
