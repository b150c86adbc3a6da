import re

import pytest

from deepdive.recipes.reports import Baseline, Baselines
from deepdive.recipes.reports.comparison import baseline_sections
from deepdive.recipes.reports.evaluation import Assessment


def section(metrics, *entries, main="test_rmse", strongest=("mean", 2.0), higher=None, **words):
    assessment = Assessment(baselines=Baselines(tuple(entries)), **words)
    return baseline_sections(metrics, assessment, main, strongest, higher)


MEAN = Baseline("mean", {"test_rmse": 2.0}, "always the same")


@pytest.mark.parametrize(
    ("own", "higher", "words"),
    [
        (1.5, None, "The network is better than the strongest baseline (mean) by 0.5 in test_rmse."),
        (2.0, None, "The network is as good as the strongest baseline (mean) in test_rmse, and no better."),
        (2.5, None, "The strongest baseline (mean) is better than the network by 0.5 in test_rmse."),
        (2.5, True, "The network is better than the strongest baseline (mean) by 0.5 in test_rmse."),
        (float("nan"), None, "test_rmse of the network is no number."),
    ],
)
def test_who_is_better_is_said_also_where_it_is_the_baseline(own, higher, words):
    [found] = section({"test_rmse": own}, MEAN, higher=higher)
    assert words in found.html
    assert "mean: always the same." in found.html


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
