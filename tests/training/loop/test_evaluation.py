import math

import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from tests.training.examples import Blobs, network, task
from torch import nn

from deepdive.data.loaders import TensorLoader
from deepdive.training import DivergedError, Trainer, evaluate

CPU = torch.device("cpu")


def test_loss_and_accuracy_equal_scikit_learns_over_uneven_batches():
    net, data = network(), Blobs(test=37)
    loader = data.test_loader()
    found = evaluate(task(net), loader, CPU, prefix="test")
    chances = net(data.x[data.rows :]).detach().double().softmax(1)
    truth = data.y[data.rows :]
    assert found["test_accuracy"] == pytest.approx(accuracy_score(truth, chances.argmax(1)))
    assert found["test_loss"] == pytest.approx(log_loss(truth, chances, labels=[0, 1, 2]), rel=1e-5)


def test_dropout_and_statistics_are_off_and_the_mode_comes_back():
    net = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 3))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    one = task(net)
    for training in (True, False):
        one.train(training)
        first = evaluate(one, Blobs().test_loader(), CPU, prefix="val")
        assert first == evaluate(one, Blobs().test_loader(), CPU, prefix="val")
        assert net.training is training
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_the_metrics_are_clean_before_and_after():
    one = task()
    one.training_step((torch.randn(8, 4), torch.zeros(8, dtype=torch.long)))
    loader = Blobs().test_loader()
    assert evaluate(one, loader, CPU, prefix="val") == evaluate(task(), loader, CPU, prefix="val")
    assert math.isnan(float(one.metrics["accuracy"].compute()))


def test_a_loss_that_is_not_finite_is_an_error():
    net = nn.Linear(4, 3)
    nn.init.constant_(net.bias, math.nan)
    with pytest.raises(DivergedError, match="the loss became nan in step 5"):
        evaluate(task(net), Blobs().test_loader(), CPU, prefix="val", step=5)


def test_precision_is_honoured():
    seen = []
    one = task()
    one.network.register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    loader = TensorLoader((torch.randn(4, 4), torch.zeros(4, dtype=torch.long)), 4)
    evaluate(one, loader, CPU, prefix="val", precision="bf16")
    assert seen == [torch.bfloat16]


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_a_run_evaluates_in_the_precision_in_which_it_learns(precision, dtype):
    seen = {True: set(), False: set()}
    one = task()
    one.network.register_forward_hook(lambda module, inputs, output: seen[module.training].add(output.dtype))
    Trainer(epochs=1, device="cpu", precision=precision).fit(one, Blobs(val=16))
    assert seen == {True: {dtype}, False: {dtype}}
