import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import IGNORED, SequentialWindows
from deepdive.data.types import Loader

SIZES = {"n": st.integers(2, 120), "b": st.integers(1, 8), "t": st.integers(1, 12), "seed": st.integers(0, 2**40)}


def rest_is_the_same(loader, epoch, batches):
    for start in range(len(batches) + 2):
        rest = list(loader.batches(epoch, start=start))
        for one, two in zip(batches[start:], rest, strict=True):
            assert all(torch.equal(u, v) for u, v in zip(one, two, strict=True))


@given(**SIZES, shift=st.booleans())
def test_every_batch_goes_on_where_the_last_one_ended(n, b, t, seed, shift):
    if n < b * t + 1:
        return
    loader = SequentialWindows(torch.arange(n), b, t, shift=shift, seed=seed)
    assert isinstance(loader, Loader)
    for epoch in range(3):
        batches = list(loader.batches(epoch))
        assert len(batches) == len(loader) == max(1, (n - (t if shift else 1)) // (b * t))
        assert loader.num_examples == b * len(batches)
        last = None
        for i, (x, y, fresh) in enumerate(batches):
            assert x.shape == y.shape == (b, t)
            assert fresh.dtype == torch.bool
            assert fresh.tolist() == [i == 0] * b
            assert torch.equal(x + 1, y)
            assert torch.equal(x, x[:, :1] + torch.arange(t))
            assert last is None or torch.equal(x[:, 0], last)
            last = y[:, -1]
        seen = torch.cat([x for x, _, _ in batches], 1)
        assert torch.equal(seen.flatten(), seen[0, 0] + torch.arange(seen.numel()))  # stream after stream
        assert 0 <= seen[0, 0] < (t if shift else 1)
        rest_is_the_same(loader, epoch, batches)


@given(**SIZES)
def test_covering_predicts_every_token_once_in_its_stream(n, b, t, seed):
    if n < b + 1:
        return
    corpus = torch.arange(n) + 7
    loader = SequentialWindows(corpus, b, t, cover=True, seed=seed)
    batches = list(loader.batches(3))
    assert len(batches) == len(loader)
    assert all(x.shape == (b, t) for x, _, _ in batches[:-1])
    assert batches[-1][0].shape[1] <= t
    x, y = torch.cat([x for x, _, _ in batches], 1), torch.cat([y for _, y, _ in batches], 1)
    kept = y != IGNORED
    assert torch.equal(y[kept], corpus[1:])
    assert torch.equal(x[kept], corpus[:-1])
    assert (x[~kept] == 0).all()
    assert kept[:, :-1].all()
    assert torch.equal(x[:, 1:][kept[:, 1:]], y[:, :-1][kept[:, 1:]])
    rest_is_the_same(loader, 0, batches)


def test_a_shift_depends_on_seed_and_epoch():
    def begin(seed, epoch):
        loader = SequentialWindows(torch.arange(1009), 3, 8, shift=True, seed=seed)
        return int(next(loader.batches(epoch))[0][0, 0])

    assert {begin(0, epoch) for epoch in range(60)} == set(range(8))
    assert [begin(1, epoch) for epoch in range(20)] != [begin(2, epoch) for epoch in range(20)]


def test_a_text_that_just_fits_has_no_room_for_a_shift():
    assert torch.equal(
        next(SequentialWindows(torch.arange(13), 3, 4, shift=True, seed=5).batches(1))[0],
        torch.arange(12).view(3, 4),
    )


def test_it_is_d2ls_partition_where_that_leaves_nothing_out():
    corpus, b, t = torch.randint(0, 9, (61,)), 4, 5
    xs, ys = corpus[:60].view(b, -1), corpus[1:61].view(b, -1)
    batches = list(SequentialWindows(corpus, b, t).batches())
    for i, (x, y, _) in enumerate(batches):
        assert torch.equal(x, xs[:, i * t : (i + 1) * t])
        assert torch.equal(y, ys[:, i * t : (i + 1) * t])


@pytest.mark.parametrize("cover", [False, True])
def test_batches_come_on_the_device_asked_for(cover):
    batch = next(SequentialWindows(torch.arange(9), 2, 3, cover=cover).batches(device="meta"))
    assert {part.device.type for part in batch} == {"meta"}


@pytest.mark.parametrize(
    ("n", "b", "t", "options", "message"),
    [
        (12, 3, 4, {}, r"the text has 12 tokens, fewer than the 13 .* \(batch_size 3 × num_steps 4 \+ 1\); give a lon"),
        (4, 1, 4, {}, r"has 4 tokens, fewer than the 5 that are needed \(num_steps 4 \+ 1\)"),
        (3, 3, 4, {"cover": True}, "has 3 tokens, fewer than the 4 that are needed .* smaller batch_size"),
        (9, 0, 1, {}, "batch_size must be at least 1, got 0"),
        (9, 1, 0, {}, "num_steps must be at least 1, got 0"),
        (9, 1, 0, {"cover": True}, "num_steps must be at least 1, got 0"),
        (9, 1, 1, {"seed": -1}, "seed must not be negative, got -1"),
        (9, 1, 1, {"cover": True, "shift": True}, "cover leaves out none; choose one"),
    ],
)
def test_bad_arguments(n, b, t, options, message):
    with pytest.raises(ValueError, match=message):
        SequentialWindows(torch.arange(n), b, t, **options)


def test_negative_epochs_and_batches_are_refused():
    with pytest.raises(ValueError, match="epoch and start must not be negative, got 0 and -1"):
        SequentialWindows(torch.arange(9), 2, 3).batches(start=-1)


@pytest.mark.usefixtures("without_shape_checks")
def test_numbers_of_tokens_are_whole():
    with pytest.raises(TypeError, match=r"corpus must be .*int64.*, got .*float32"):
        SequentialWindows(torch.arange(9.0), 1, 2)
