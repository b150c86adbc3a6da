import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import Loader


def rows_of(loader, epoch=0, **options):
    return torch.cat([batch[0] for batch in loader.batches(epoch, **options)]).tolist()


def numbered(n):
    return torch.arange(n), torch.arange(n) * 10


def test_it_is_a_loader():
    assert isinstance(TensorLoader(numbered(3), 2), Loader)


@settings(deadline=None)
@given(
    n=st.integers(1, 50),
    batch_size=st.integers(1, 60),
    shuffle=st.booleans(),
    seed=st.integers(0, 2**70),
    epoch=st.integers(0, 2**40),
)
def test_an_epoch_is_every_row_once_with_its_fields_together(n, batch_size, shuffle, seed, epoch):
    loader = TensorLoader(numbered(n), batch_size, shuffle=shuffle, seed=seed)
    batches = list(loader.batches(epoch))
    assert len(batches) == len(loader)
    assert [len(x) for x, _ in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert sorted(rows_of(loader, epoch)) == list(range(n))
    assert loader.num_examples == n
    assert all(torch.equal(x * 10, y) for x, y in batches)


@settings(deadline=None)
@given(n=st.integers(1, 50), batch_size=st.integers(1, 20), shuffle=st.booleans(), drop_last=st.booleans())
def test_starting_late_gives_the_rest_of_the_same_epoch(n, batch_size, shuffle, drop_last):
    def noise(batch, generator):
        x, y = batch
        return x + torch.rand(len(x), generator=generator), y

    if drop_last and n < batch_size:
        return
    loader = TensorLoader(numbered(n), batch_size, shuffle=shuffle, seed=1, transform=noise, drop_last=drop_last)
    whole = list(loader.batches(3))
    for start in range(len(loader) + 2):
        rest = list(loader.batches(3, start=start))
        assert len(rest) == max(0, len(whole) - start)
        assert all(
            torch.equal(a, b) for x, y in zip(whole[start:], rest, strict=True) for a, b in zip(x, y, strict=True)
        )


def test_the_chunked_gather_is_the_order_of_one_gather(monkeypatch):
    from deepdive.data import loaders

    fields = torch.randn(100, 7), torch.arange(100)
    whole = list(TensorLoader(fields, 6, shuffle=True).batches(2))
    monkeypatch.setattr(loaders, "_CHUNK_BYTES", 500)
    chunked = list(TensorLoader(fields, 6, shuffle=True).batches(2))
    assert len(whole) == len(chunked) == 17
    assert all(torch.equal(a[0], b[0]) and torch.equal(a[1], b[1]) for a, b in zip(whole, chunked, strict=True))


def test_order_depends_on_seed_and_epoch_alone():
    orders = {}
    for seed in range(4):
        for epoch in range(4):
            torch.manual_seed(seed * epoch + 17)
            loader = TensorLoader(numbered(40), 7, shuffle=True, seed=seed)
            list(loader.batches(epoch + 1))
            orders[seed, epoch] = tuple(rows_of(loader, epoch))
            assert orders[seed, epoch] == tuple(rows_of(TensorLoader(numbered(40), 3, shuffle=True, seed=seed), epoch))
    assert len(set(orders.values())) == 16


def test_a_seed_beyond_32_bits_is_another_seed():
    """Words of the seed must not run into the epoch."""
    far = TensorLoader(numbered(40), 7, shuffle=True, seed=2**32)
    near = TensorLoader(numbered(40), 7, shuffle=True, seed=0)
    assert rows_of(far, 0) != rows_of(near, 1)
    assert rows_of(far, 0) != rows_of(near, 0)


def test_first_places_are_uniform():
    """Chi-square with 9 degrees of freedom; 27.9 is its 0.999 quantile."""
    loader = TensorLoader((torch.arange(10),), 10, shuffle=True, seed=5)
    first = torch.tensor([rows_of(loader, epoch)[0] for epoch in range(2000)]).bincount(minlength=10)
    assert ((first - 200) ** 2 / 200).sum() < 27.9


def test_random_transforms_differ_between_batches_and_epochs_and_repeat():
    def noise(batch, generator):
        return (torch.rand(len(batch[0]), generator=generator),)

    loader = TensorLoader(numbered(12), 4, transform=noise)
    assert len({*rows_of(loader, 0), *rows_of(loader, 1)}) == 24
    assert rows_of(loader, 1) == rows_of(TensorLoader(numbered(12), 4, transform=noise), 1)


def test_a_transform_maps_the_whole_batch_and_leaves_the_data():
    loader = TensorLoader(numbered(5), 2, shuffle=True, transform=lambda batch, _: (-batch[0], batch[1] + 1, batch[0]))
    assert sorted(rows_of(loader)) == [-4, -3, -2, -1, 0]
    assert sorted(rows_of(loader)) == [-4, -3, -2, -1, 0]
    assert all(torch.equal(-10 * x + 1, y) and torch.equal(z, -x) for x, y, z in loader.batches())


def test_drop_last():
    loader = TensorLoader(numbered(10), 4, drop_last=True, shuffle=True)
    assert [len(x) for x, _ in loader.batches()] == [4, 4]
    assert (len(loader), loader.num_examples) == (2, 8)


def test_a_device_gets_the_tensors_once():
    loader = TensorLoader(numbered(6), 4, shuffle=True)
    first, second = (next(loader.batches(device="meta")) for _ in range(2))
    assert first[0].device.type == second[0].device.type == "meta"
    assert loader._on(torch.device("meta"))[0] is loader._on(torch.device("meta"))[0]
    assert rows_of(loader, device="cpu") == rows_of(loader)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2, "seed": -1}, "seed must not be negative, got -1"),
        ({"batch_size": 9, "drop_last": True}, "drop_last leaves no batch: there are 5 rows, fewer than batch_size 9"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        TensorLoader(numbered(5), **options)


@pytest.mark.parametrize(("epoch", "start"), [(-1, 0), (0, -1)])
def test_negative_places_are_refused_at_the_call(epoch, start):
    with pytest.raises(ValueError, match=f"epoch and start must not be negative, got {epoch} and {start}"):
        TensorLoader(numbered(5), 2).batches(epoch, start=start)


def test_empty_and_nan_are_refused_at_construction():
    with pytest.raises(ValueError, match="at least one row"):
        TensorLoader((torch.zeros(0, 2),), 2)
    with pytest.raises(ValueError, match=r"fields\[0\] holds NaN: first in row 1"):
        TensorLoader((torch.tensor([0.0, float("nan")]),), 2)
