import pytest
import scipy.stats

from deepdive.algorithms.evaluation import INTERVALS, exact_coverage, simulate_coverage, wald_interval


@pytest.mark.parametrize("name", INTERVALS)
@pytest.mark.parametrize(("accuracy", "n"), [(0.85, 1000), (0.98, 100), (0.5, 30)])
def test_the_simulation_agrees_with_the_sum_over_the_binomial_distribution(name, accuracy, n):
    found = simulate_coverage(INTERVALS[name], accuracy, n)
    exact = exact_coverage(INTERVALS[name], accuracy, n)
    assert abs(found.rate - exact) <= 5 * max(found.standard_error, 1e-5)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("name", ["hoeffding", "clopper-pearson"])
def test_the_guaranteed_intervals_cover_at_least_at_the_stated_rate(name, confidence):
    for accuracy in (0.02, 0.1, 0.5, 0.77, 0.9, 0.995):
        for n in (5, 50, 400):
            assert exact_coverage(INTERVALS[name], accuracy, n, confidence) >= confidence - 1e-12


@pytest.mark.parametrize("name", ["wald", "wilson"])
def test_the_asymptotic_intervals_cover_at_about_the_stated_rate_on_a_large_test_set(name):
    found = simulate_coverage(INTERVALS[name], 0.9, 10_000, trials=100_000)
    assert found.rate == pytest.approx(0.95, abs=0.005)


def test_near_an_accuracy_of_one_walds_interval_fails_where_wilsons_does_not():
    assert exact_coverage(wald_interval, 0.99, 100) < 0.7
    assert exact_coverage(INTERVALS["wilson"], 0.99, 100) > 0.9


def test_the_exact_sum_is_that_of_scipys_binomial_distribution():
    p, n = 0.93, 60
    distribution = scipy.stats.binom(n, p)
    expected = sum(distribution.pmf(k) for k in range(n + 1) if wald_interval(k, n).covers(p))
    assert exact_coverage(wald_interval, p, n) == pytest.approx(expected, abs=1e-12)


def test_widths_are_ordered_as_theory_says():
    widths = {name: simulate_coverage(interval, 0.9, 1000).mean_width for name, interval in INTERVALS.items()}
    assert widths["wald"] < widths["clopper-pearson"] < widths["hoeffding"]
    assert widths["hoeffding"] == pytest.approx(2 * 0.0429, abs=2e-3)


def test_the_seed_decides():
    runs = [simulate_coverage(wald_interval, 0.9, 50, trials=1000, seed=seed).mean_width for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize(
    ("accuracy", "n", "trials", "message"),
    [
        (1.5, 10, 10, r"accuracy must be in \[0, 1\], got 1\.5"),
        (0.5, 0, 10, "n must be at least 1, got 0"),
        (0.5, 10, 0, "trials must be at least 1, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(accuracy, n, trials, message):
    with pytest.raises(ValueError, match=message):
        simulate_coverage(wald_interval, accuracy, n, trials=trials)
