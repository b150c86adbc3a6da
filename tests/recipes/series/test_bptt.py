"""The recipe `bptt`: what it measures, and that each cure is what it says."""

import pytest
import torch

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.series.recurrence.measures import PANELS, gradient_norms, reach, truncation_rows
from deepdive.recipes.series.recurrence.networks import CURES, cured
from deepdive.recipes.settings import with_preset


def start(root, **changes):
    recipe = load_recipe("bptt")
    settings = with_preset(recipe.settings_type, dict(recipe.presets["smoke"]) | changes)
    return runner.start(recipe, settings, preset="smoke", root=root, console=False)


def test_every_network_is_trained_and_reported(tmp_path):
    outcome = start(tmp_path, networks=list(CURES), length=6, rows=100, epochs=1, batch_size=50, hidden=8)
    for name in CURES:
        ratio = outcome.metrics[f"test_{name.replace('-', '_')}_ratio"]
        assert ratio == pytest.approx(
            outcome.metrics[f"test_{name.replace('-', '_')}_mse"] / outcome.metrics["test_tanh_mse"]
        )
    report = (outcome.run.folder / "report.html").read_text()
    for words in ("Reach", "Cures", "Truncation", "randomised, keep 0.8", "clipped at 1", *CURES):
        assert words in report
    with pytest.raises(ValueError, match="nothing to predict"):
        runner.predict(outcome.run.folder, [tmp_path])


def test_a_network_begins_with_its_cure():
    made = {name: cured(name, hidden=6, forget_bias=3.0, nn=torch.nn) for name in CURES}
    assert torch.equal(made["identity"].rnn.weight_hh_l0, torch.eye(6))
    turn = made["orthogonal"].rnn.weight_hh_l0
    torch.testing.assert_close(turn @ turn.T, torch.eye(6), atol=1e-5, rtol=0)
    biases = made["lstm"].rnn.bias_ih_l0.detach().unflatten(0, (4, 6)).mean(dim=1)
    assert biases.argmax() == 1  # the library's gates are input, forget, cell, output
    assert biases[1] > 2


def test_the_reach_is_measured_for_every_step():
    found = reach(20)
    assert found.keys() == PANELS.keys()
    assert found["tanh"]["scale 0.5"].shape == (21, 4)
    assert float(found["tanh"]["scale 0.5"][20].max()) < 1e-4
    assert float(found["GRU"]["keep bias 4"][20].min()) > 0.5


def test_clipping_bounds_the_norm():
    torch.manual_seed(0)
    network = cured("tanh", hidden=4, forget_bias=0.0, nn=torch.nn)
    x, y = torch.rand(40, 5, 2), 100 * torch.rand(40, 1)
    found = gradient_norms(network, x, y, batch_size=20, most=1.0)
    assert found["largest"] >= found["median"] > 1
    assert found["clipped"] == pytest.approx(1.0)


def test_truncated_gradients_are_biased_and_randomised_ones_noisy():
    rows = {row["gradient"]: row for row in truncation_rows(torch.rand(4, 40, 2), hidden=8, draws=300)}
    assert rows["full"]["bias"] == 0
    short, drawn = rows["truncated, 5 steps"], rows["randomised, keep 0.95"]
    assert short["bias"] > 4 * drawn["bias"]
    assert short["spread"] == 0 < drawn["spread"]


def test_bad_settings_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"networks must be some of them, and tanh, .*, got \('gru',\)"):
        start(tmp_path, networks=["gru"])
    with pytest.raises(ValueError, match=r"networks must be some of 'tanh', .* or 'gru', got .*transformer"):
        start(tmp_path, networks=["tanh", "transformer"])
    with pytest.raises(ValueError, match="hidden must be from 1 to 65536, got 0"):
        start(tmp_path, hidden=0)
    assert not list(tmp_path.iterdir())
