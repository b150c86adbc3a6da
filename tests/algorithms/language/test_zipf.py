import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.language import frequency_figure, ngram_counts, zipf_fit
from deepdive.data import DataUnavailableError, WordTokenizer, fetch, load_text
from deepdive.data.sources import Folders
from deepdive.figures import to_svg


@given(st.floats(0.2, 3), st.floats(1, 1e6), st.integers(2, 500))
def test_a_law_is_recovered(exponent, scale, ranks):
    rank = torch.arange(1, ranks + 1, dtype=torch.float64)
    fit = zipf_fit((scale / rank**exponent)[torch.randperm(ranks)])
    assert fit.exponent == pytest.approx(exponent, rel=1e-6)
    assert (fit.first, fit.last) == (1, ranks)
    assert fit.frequency(rank).tolist() == pytest.approx((scale / rank**exponent).tolist(), rel=1e-6)


@given(st.lists(st.integers(0, 1000), min_size=12, max_size=60), st.integers(1, 4), st.integers(6, 9))
def test_the_line_is_scipys(counts, first, last):
    ranked = sorted((count for count in counts if count), reverse=True)
    if len(ranked) < last:
        return
    fit = zipf_fit(torch.tensor(counts), first=first, last=last)
    x, y = torch.arange(first, last + 1).double().log(), torch.tensor(ranked[first - 1 : last]).double().log()
    line = scipy.stats.linregress(x.numpy(), y.numpy())
    assert -fit.exponent == pytest.approx(line.slope, abs=1e-9)
    assert fit.intercept == pytest.approx(line.intercept, abs=1e-9)


def test_words_drawn_by_the_law_show_it():
    generator = torch.Generator().manual_seed(0)
    weights = 1 / torch.arange(1, 2001).double()
    drawn = torch.multinomial(weights, 400_000, replacement=True, generator=generator)
    assert zipf_fit(ngram_counts(drawn, 1).counts, first=5, last=500).exponent == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ([3.0, -1.0], {}, r"counts must be from 0 up, got -1 at \[1\]"),
        ([3.0, float("nan")], {}, "counts must be finite"),
        ([3.0, 0.0], {}, "first and last must leave at least 2 of 1 ranks, counted from 1, got 1 and None"),
        (
            [3.0, 2.0, 1.0],
            {"first": 3},
            "first and last must leave at least 2 of 3 ranks, counted from 1, got 3 and None",
        ),
        (
            [3.0, 2.0, 1.0],
            {"first": 0},
            "first and last must leave at least 2 of 3 ranks, counted from 1, got 0 and None",
        ),
    ],
)
def test_bad_arguments(counts, options, message):
    with pytest.raises(ValueError, match=message):
        zipf_fit(torch.tensor(counts), **options)


def test_a_figure_has_a_curve_and_a_fit_for_each():
    counts = {"unigrams": torch.tensor([1, 9, 5, 3, 0]), "bigrams": torch.tensor([2, 1, 1])}
    fit = zipf_fit(counts["unigrams"], last=3)
    figure = frequency_figure(counts, {"unigrams": fit})
    [ax] = figure.axes
    unigrams, fitted, bigrams = ax.lines
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert list(unigrams.get_xdata()) == [1, 2, 3, 4]
    assert list(unigrams.get_ydata()) == [9, 5, 3, 1]
    assert list(fitted.get_xdata()) == [1, 2, 3]
    assert list(bigrams.get_ydata()) == [2, 1, 1]
    assert f"exponent {fit.exponent:.2f}".encode() in to_svg(figure)


def test_a_figure_of_nothing_is_refused():
    with pytest.raises(ValueError, match="counts must hold a number above 0 under each name, got nothing"):
        frequency_figure({})
    with pytest.raises(ValueError, match="counts must hold a number above 0 under each name, got words"):
        frequency_figure({"words": torch.zeros(3)})
    with pytest.raises(ValueError, match="fits must be of names in counts, got 'b'"):
        frequency_figure({"a": torch.ones(3)}, {"b": zipf_fit(torch.tensor([2, 1]))})


def test_the_words_of_the_time_machine_follow_the_law_and_pairs_fall_more_slowly():
    """D2L section 9.2.5."""
    try:
        path = fetch("time-machine", sources=(Folders(),))["timemachine.txt"]
    except DataUnavailableError as error:
        pytest.skip(f"no folder in DEEPDIVE_DATA has The Time Machine: {error}")
    module = load_text(path, WordTokenizer(letters_only=True), validation=0)
    module.prepare()
    ids = module.corpora["train"]
    one, two, three = (zipf_fit(ngram_counts(ids, n).counts, first=10, last=1000).exponent for n in (1, 2, 3))
    assert one == pytest.approx(1, abs=0.06)
    assert one > two > three
