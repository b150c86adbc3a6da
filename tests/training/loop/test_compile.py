import copy
import signal

import pytest
from tests.training.examples import Blobs, assert_same_weights, network, task, weights

from deepdive.training import FolderCheckpoints, Trainer, TrainingInterrupted

pytestmark = [pytest.mark.compiles, pytest.mark.usefixtures("without_shape_checks")]


@pytest.mark.slow
def test_a_compiled_run_is_the_eager_one():
    net, data = network(), Blobs(90)  # the last batch of an epoch is smaller
    eager, compiled = task(copy.deepcopy(net)), task(copy.deepcopy(net))
    expected = Trainer(epochs=2).fit(eager, data)
    assert Trainer(epochs=2, compile=True).fit(compiled, data) == pytest.approx(expected, rel=1e-4)
    assert_same_weights(weights(compiled), weights(eager), rtol=1e-4, atol=1e-5)


def test_a_compiled_run_resumed_before_an_odd_batch_is_the_same_run(tmp_path):
    """Only whole batches are compiled, whichever batch a session begins with."""
    net, data, trainer = network(), Blobs(90), Trainer(epochs=2, compile=True)
    whole, first, rest = (task(copy.deepcopy(net)) for _ in range(3))
    trainer.fit(whole, data)
    odd = len(data.train_loader()) - 1

    class Stop:
        def start(self, plan):
            pass

        def record(self, record):
            if record.step == odd - 1:
                signal.raise_signal(signal.SIGTERM)

        def finish(self):
            pass

    stopping = Trainer(epochs=2, compile=True, log_every=odd - 1)
    with pytest.raises(TrainingInterrupted):
        stopping.fit(first, data, checkpoints=FolderCheckpoints(tmp_path), listeners=[Stop()])
    trainer.fit(rest, data, checkpoints=FolderCheckpoints(tmp_path), resume=True)
    assert_same_weights(weights(rest), weights(whole))
