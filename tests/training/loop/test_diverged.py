from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, Heard, task

from deepdive.training import DivergedError, FolderCheckpoints, Trainer, load_checkpoint


def diverging(at: int, value: float):
    """A task whose loss becomes ``value`` in training step ``at``."""
    one = task()
    original, steps = one.training_step, 0

    def step(batch):
        nonlocal steps
        steps += one.training
        loss = original(batch)
        return loss * value if steps == at and one.training else loss

    one.training_step = step
    return one


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_the_step_the_checkpoint_and_the_way_out_are_named(tmp_path, value):
    checkpoints = FolderCheckpoints(tmp_path)
    message = (
        rf"the loss became {value} in step 9; the last good checkpoint is .*last\.safetensors \(step 8\); try a lower"
    )
    heard = Heard()
    with pytest.raises(DivergedError, match=message) as caught:
        Trainer(epochs=4, checkpoint_every=4).fit(
            diverging(9, value), Blobs(), checkpoints=checkpoints, listeners=[heard]
        )
    assert caught.value.step == 9
    assert heard.finished == 1
    saved = load_checkpoint(tmp_path / "last.safetensors")
    assert all(bool(torch.isfinite(value).all()) for value in saved["model"].values())


def test_without_a_checkpoint_it_says_so():
    with pytest.raises(DivergedError, match="in step 1; there is no checkpoint yet"):
        Trainer().fit(diverging(1, float("nan")), Blobs())


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    with pytest.raises(DivergedError, match="in step 4"):
        Trainer(checkpoint_every=4).fit(diverging(4, float("nan")), Blobs(), checkpoints=FolderCheckpoints(tmp_path))
    assert not list(tmp_path.iterdir())


def test_infinite_weights_are_noticed_although_the_loss_before_was_finite(tmp_path):
    one = task(optimizer=partial(torch.optim.SGD, lr=float("inf")))
    with pytest.raises(DivergedError, match="the weights became NaN or infinite by step 1; there is no checkpoint yet"):
        Trainer(steps=1).fit(one, Blobs(test=0), checkpoints=FolderCheckpoints(tmp_path))
