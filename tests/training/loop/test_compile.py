import copy

import pytest
from tests.training.examples import Blobs, assert_same_weights, network, task, weights

from deepdive.training import Trainer

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def test_a_compiled_run_is_the_eager_one():
    net, data = network(), Blobs(90)  # the last batch of an epoch is smaller
    eager, compiled = task(copy.deepcopy(net)), task(copy.deepcopy(net))
    expected = Trainer(epochs=2).fit(eager, data)
    assert Trainer(epochs=2, compile=True).fit(compiled, data) == pytest.approx(expected, rel=1e-4)
    assert_same_weights(weights(compiled), weights(eager), rtol=1e-4, atol=1e-5)
