import pytest

from deepdive.algorithms.design_spaces import SPACES, Designs, Frame, flops, sample_designs, space_named

FRAME = Frame((28, 28), 1, 10, stem_width=8, stem_stride=1)
WINDOW = (1e6, 2e6)


def sampled(name="anynet-a", n=20, **words):
    space = space_named(name, stages=3, max_depth=4, max_width=128)
    return sample_designs(space, n, **{"frame": FRAME, "window": WINDOW} | words)


@pytest.mark.parametrize("name", SPACES)
def test_samples_lie_in_the_window(name):
    designs = sampled(name)
    assert len(designs) == 20
    cost = flops(Designs.of(designs), FRAME)
    assert bool(((cost >= WINDOW[0]) & (cost <= WINDOW[1])).all())
    assert len(set(designs)) > 10


def test_few_are_the_first_of_many():
    assert sampled(n=5) == sampled(n=50)[:5]
    assert sampled(n=5, seed=1) != sampled(n=5)


def test_the_papers_regime_is_reached():
    designs = sample_designs(space_named("anynet-e"), 3, frame=Frame(), window=(2 * 360e6, 2 * 400e6))
    assert all(designs[0].depths[i] <= designs[0].depths[i + 1] for i in range(3))


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"n": 0}, "n must be at least 1, got 0"),
        ({"window": (2.0, 1.0)}, r"window must go up from 0 or more, got \(2.0, 1.0\)"),
        (
            {"window": (0.0, 10.0), "max_draws": 9000},
            "of 9,000 designs drawn from anynet-a, 0 cost between 0 and 10 operations per image, and 20 are wanted",
        ),
    ],
)
def test_what_cannot_be_sampled_is_said(words, match):
    with pytest.raises(ValueError, match=match):
        sampled(**words)
