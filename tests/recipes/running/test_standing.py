"""In every kind of run baselines have the metrics of the network, and the result says who is better."""

import json

import pytest

from . import made

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.parametrize("kind", made.KINDS)
def test_baselines_have_the_metrics_of_the_network(run_of, kind):
    folder = run_of(kind)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    baselines, beside = result["baselines"], result["strongest_baseline"]
    names = {name for each in baselines.values() for name in each}
    assert names <= (result["metrics"] | result["measures"]).keys()
    assert (beside is None) == (not baselines)
    if beside is not None:
        assert beside["metric"] in result["metrics"]
        assert beside["network"] == result["metrics"][beside["metric"]]
        assert beside["value"] == baselines[beside["name"]][beside["metric"]]
        told = f"{beside['metric']} {beside['network']:.4f}"
        won = beside["network_is_better"]
        words = f"{told} (strongest baseline: {beside['name']}" if won else f"than the baseline {beside['name']}"
        assert words in result["verdict"]
        assert told in result["verdict"]
        assert result["verdict"] in made.page(folder)


def test_translations_stand_beside_the_source_and_one_sentence_for_all(run_of):
    result = json.loads((run_of("translation") / "result.json").read_text(encoding="utf-8"))
    assert list(result["baselines"]) == ["copy of the source", "most frequent target"]
    assert all(0 <= each["test_bleu"] <= 100 for each in result["baselines"].values())
    assert result["strongest_baseline"]["metric"] == "test_bleu"


def test_pairs_stand_beside_one_answer_for_all(run_of):
    result = json.loads((run_of("siamese") / "result.json").read_text(encoding="utf-8"))
    majority = result["baselines"]["majority class"]
    assert majority.keys() == {"test_accuracy", "test_unseen_accuracy"} & result["metrics"].keys()
    assert 0.4 < majority["test_accuracy"] < 0.6
