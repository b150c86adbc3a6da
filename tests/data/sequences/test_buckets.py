import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.sequences import BucketLoader, Ragged
from deepdive.data.types import Loader


def made(n, lengths=0, longest=20, **options):
    """Rows that can be told by their number; row ``i`` of ``first`` and ``second`` are filled with ``i``."""
    generator = torch.Generator().manual_seed(lengths)
    first, second = (torch.randint(0, longest, (n,), generator=generator).tolist() for _ in range(2))
    fields = (
        Ragged.from_lists([[i] * length for i, length in enumerate(first)]),
        torch.arange(n),
        Ragged.from_lists([[i] * (length + 1) for i, length in enumerate(second)]),
    )
    return BucketLoader(fields, pads=(-1, 0, -100), **options)


def numbers(loader, epoch=0, **options):
    return torch.cat([batch[1] for batch in loader.batches(epoch, **options)]).tolist()


def test_it_is_a_loader():
    assert isinstance(made(3, batch_size=2), Loader)


@given(
    n=st.integers(1, 60),
    batch_size=st.integers(1, 20),
    shuffle=st.booleans(),
    order=st.sampled_from(["length", "given"]),
    seed=st.integers(0, 2**70),
    epoch=st.integers(0, 2**40),
)
def test_an_epoch_is_every_row_once_padded_to_the_longest_of_its_batch(n, batch_size, shuffle, order, seed, epoch):
    loader = made(n, seed % 99, batch_size=batch_size, shuffle=shuffle, order=order, seed=seed)
    batches = list(loader.batches(epoch))
    assert len(batches) == len(loader)
    assert loader.num_examples == n
    assert [len(rows) for _, rows, _ in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert numbers(loader, epoch) == loader.rows(epoch).tolist()
    assert sorted(numbers(loader, epoch)) == list(range(n))
    first, _, second = loader._on(None)
    for x, rows, y in batches:
        for found, field, pad in ((x, first, -1), (y, second, -100)):
            lengths = field.lengths[rows]
            assert found.shape == (len(rows), lengths.max())
            inside = torch.arange(found.shape[1]) < lengths.unsqueeze(1)
            assert torch.equal(found, torch.where(inside, rows.unsqueeze(1), pad))


@settings(max_examples=30)
@given(n=st.integers(1, 60), batch_size=st.integers(3, 20), shuffle=st.booleans())
def test_starting_late_gives_the_rest_of_the_same_epoch(n, batch_size, shuffle):
    def noise(batch, generator):
        return *batch, torch.rand(2, generator=generator)

    loader = made(n, batch_size=batch_size, shuffle=shuffle, seed=1, transform=noise)
    whole = list(loader.batches(3))
    for start in range(len(loader) + 2):
        rest = list(loader.batches(3, start=start))
        assert len(rest) == max(0, len(whole) - start)
        for one, other in zip(whole[start:], rest, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_order_depends_on_seed_and_epoch_alone():
    orders = set()
    for seed in range(4):
        for epoch in range(4):
            torch.manual_seed(seed * epoch)
            loader = made(40, batch_size=7, shuffle=True, seed=seed)
            list(loader.batches(epoch + 1))
            orders.add(tuple(numbers(loader, epoch)))
            assert numbers(loader, epoch) == numbers(made(40, batch_size=7, shuffle=True, seed=seed), epoch)
    assert len(orders) == 16


def test_sorted_rows_come_shortest_first_and_given_ones_as_they_are():
    loader = made(50, batch_size=8)
    first, _, second = loader._on(None)
    lengths = [(int(first.lengths[i]), int(second.lengths[i]), i) for i in numbers(loader)]
    assert lengths == sorted(lengths)
    assert numbers(loader, 0) == numbers(loader, 5)
    assert numbers(made(50, batch_size=8, order="given")) == list(range(50))


def test_buckets_pad_little_and_stay_random():
    given_order = made(20_000, batch_size=32, longest=40, order="given")
    loader = made(20_000, batch_size=32, longest=40, shuffle=True)
    assert given_order.padding_waste() > 0.45
    assert loader.padding_waste() < 0.3  # the second lengths have nothing to do with the first
    alone = BucketLoader([loader._on(None)[0]], 32, pads=[0], shuffle=True)
    assert alone.padding_waste() < 0.03
    # Long and short batches in random order: neighbours have nothing to do with each other.
    widths = torch.tensor([float(x.shape[1]) for (x,) in alone.batches()])
    assert abs(torch.corrcoef(torch.stack((widths[:-1], widths[1:])))[0, 1]) < 0.15
    # Another epoch puts a row together with other rows.
    mates = [
        set(rows.view(-1, 32)[(rows.view(-1, 32) == 7).any(1)].flatten().tolist()) for rows in map(alone.rows, (0, 1))
    ]
    assert len(mates[0] & mates[1]) < 16


@pytest.mark.parametrize("rest", [0, 3])
def test_no_batch_has_rows_of_two_pools(rest):
    """Rows of 250 batches have a length each; within a pool of 100 sorted ones a batch is of neighbours."""
    n = 4 * 250 + rest
    loader = BucketLoader([Ragged.from_lists([[0] * length for length in range(n)])], 4, pads=[0], shuffle=True)
    for epoch in range(20):
        spans = [int(rows.max() - rows.min()) for rows in loader.rows(epoch).split(4)]
        assert max(spans) < n / 4, "a batch of the longest rows of one pool and the shortest of the next"


def test_the_short_batch_is_not_always_of_the_longest():
    loader = made(32 * 30 + 5, batch_size=32, shuffle=True)
    longest = [list(loader.batches(epoch))[-1][0].shape[1] for epoch in range(30)]
    assert len(set(longest)) > 8


def test_waste_is_the_share_of_padding_in_the_batches():
    loader = made(70, batch_size=9, shuffle=True, seed=3)
    padding = places = 0
    for x, _, y in loader.batches(4):
        padding += int((x == -1).sum() + (y == -100).sum())
        places += x.numel() + y.numel()
    assert loader.padding_waste(4) == pytest.approx(padding / places)
    assert BucketLoader([Ragged.from_lists([[], []])], 2, pads=[0]).padding_waste() == 0


def test_a_transform_maps_the_whole_batch():
    loader = made(10, batch_size=4, transform=lambda batch, _: (batch[1] * 2,))
    assert sorted(int(x) for (batch,) in loader.batches() for x in batch) == list(range(0, 20, 2))


def test_a_device_gets_the_fields_once():
    loader = made(6, batch_size=4, shuffle=True)
    x, rows, _ = next(loader.batches(device="meta"))
    assert x.device.type == rows.device.type == "meta"
    assert loader._on(torch.device("meta")) is loader._on(torch.device("meta"))
    assert numbers(loader, device="cpu") == numbers(loader)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2, "seed": -1}, "seed must not be negative, got -1"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        made(5, **options)


@pytest.mark.parametrize(
    ("fields", "pads", "message"),
    [
        ([torch.zeros(3)], [0], "fields must hold at least one Ragged"),
        ([Ragged.from_lists([[1]]), torch.zeros(3)], [0, 0], r"fields\[1\] has 3 rows and fields\[0\] has 1"),
        ([Ragged.from_lists([])], [0], "all must have as many, and some"),
        ([Ragged.from_lists([[1]])], [0, 1], "pads has 2 numbers; it must have one for each of 1 fields"),
        ([Ragged.from_lists([[1]]), torch.zeros(1, device="meta")], [0, 0], r"fields\[1\] is on meta"),
    ],
)
def test_fields_that_do_not_fit_are_refused(fields, pads, message):
    with pytest.raises(ValueError, match=message):
        BucketLoader(fields, 2, pads=pads)


@pytest.mark.parametrize(("epoch", "start"), [(-1, 0), (0, -1)])
def test_negative_places_are_refused_at_the_call(epoch, start):
    with pytest.raises(ValueError, match=f"epoch and start must not be negative, got {epoch} and {start}"):
        made(5, batch_size=2).batches(epoch, start=start)
