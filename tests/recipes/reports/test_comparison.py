import re

import pytest

from deepdive.recipes.reports import Baseline, Baselines
from deepdive.recipes.reports.comparison import baseline_sections
from deepdive.recipes.reports.evaluation import Assessment, standing


def section(metrics, *entries, main="test_rmse", higher=None, **words):
    assessment = Assessment(baselines=Baselines(tuple(entries)), **words)
    return baseline_sections(metrics, assessment, main, standing(metrics, assessment.metrics, main, higher))


MEAN = Baseline("mean", {"test_rmse": 2.0}, "always the same")


@pytest.mark.parametrize(
    ("own", "higher", "words", "short"),
    [
        (
            1.5,
            None,
            "The network is better than the strongest baseline (mean) by 0.5 in test_rmse.",
            " (strongest baseline: mean 2.0000)",
        ),
        (
            2.0,
            None,
            "The network is as good as the strongest baseline (mean) in test_rmse, and no better.",
            ", no better than the baseline mean",
        ),
        (
            2.0 + 3e-8,  # of a sum in another order
            None,
            "The network is as good as the strongest baseline (mean) in test_rmse, and no better.",
            ", no better than the baseline mean",
        ),
        (
            2.5,
            None,
            "The strongest baseline (mean) is better than the network by 0.5 in test_rmse.",
            ", worse than the baseline mean (2.0000)",
        ),
        (
            2.5,
            True,
            "The network is better than the strongest baseline (mean) by 0.5 in test_rmse.",
            " (strongest baseline: mean 2.0000)",
        ),
        (float("nan"), None, "test_rmse of the network is no number.", " (strongest baseline: mean 2.0000)"),
    ],
)
def test_who_is_better_is_said_also_where_it_is_the_baseline(own, higher, words, short):
    [found] = section({"test_rmse": own}, MEAN, higher=higher)
    assert words in found.html
    assert "mean: always the same." in found.html
    beside = standing({"test_rmse": own}, {"mean": MEAN.metrics}, "test_rmse", higher)
    assert beside.short == short
    assert beside.to_json() == {
        "name": "mean", "metric": "test_rmse", "value": 2.0, "network": pytest.approx(own, nan_ok=True),
        "network_is_better": words.startswith("The network is better"),
    }  # fmt: skip


def test_a_metric_that_no_baseline_has_gives_way_to_one_that_has():
    own = {"train_rmse": 9.0, "val_rmse": 1.0, "test_odd": 4.0, "test_rmse": 2.5}
    beside = standing(own, {"mean": {"val_rmse": 0.5, "test_rmse": 2.0}}, "test_odd", False)
    assert (beside.metric, beside.network, beside.value, beside.ahead) == ("test_rmse", 2.5, 2.0, -0.5)
    [found] = section(own, MEAN, main="test_odd")
    assert "No baseline has the metric test_odd." in found.html
    assert "The strongest baseline (mean) is better than the network by 0.5 in test_rmse." in found.html
    assert standing(own, {"mean": {"seconds": 1.0}}, "test_odd") is None


def test_metrics_of_the_network_alone_are_folded_where_they_are_many():
    metrics = {"test_rmse": 1.0} | {f"test_other_{i}": 1.0 for i in range(9)}
    [found] = section(metrics, MEAN)
    assert "<summary>9 more metrics of the network</summary>" in found.html
    assert found.html.index("test_rmse") < found.html.index("<details>") < found.html.index("test_other_0")
    few = {"test_rmse": 1.0, "test_other": 1.0, "train_loss": 3.0}
    [found] = section(few, MEAN)
    assert re.findall(r"<td>(.*?)</td>", found.html) == ["test_rmse", "test_other"]


def test_without_anything_to_say_there_is_no_section():
    assert section({"test_rmse": 1.0}) == []
    [found] = section({}, problem="KeyError: <x>")
    assert "They could not be measured: KeyError: &lt;x&gt;" in found.html
