"""The trainer against loops written out by hand: the same weights, bit for bit."""

import copy
from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, Heard, assert_same_weights, network, task, weights
from torch import nn
from torch.nn import functional as F

from deepdive.data.loaders import TensorLoader
from deepdive.training import Accuracy, FolderCheckpoints, Trainer
from deepdive.training.loop.trainer import _repeatable

SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9)


def by_hand(net, data, *, epochs=1, after_backward=lambda net: None, schedule=None, per_epoch=None, optimizer=SGD):
    net = copy.deepcopy(net)
    optimizer = optimizer(net.parameters())
    schedule = schedule(optimizer) if schedule else None
    per_epoch = per_epoch(optimizer) if per_epoch else None
    for epoch in range(epochs):
        for x, y in data.train_loader().batches(epoch):
            F.cross_entropy(net(x), y).backward()
            after_backward(net)
            optimizer.step()
            optimizer.zero_grad()
            if schedule:
                schedule.step()
        if per_epoch:
            per_epoch.step()
    return net.state_dict()


def trained(net, data, trainer, **words):
    one = task(copy.deepcopy(net), **words)
    session = trainer.session(one, data)
    session._finish = lambda: iter(())  # the last weights, not the best
    for _ in session:
        pass
    return weights(one)


def test_it_is_the_plain_loop():
    net, data = network(), Blobs()
    assert_same_weights(trained(net, data, Trainer(epochs=3)), by_hand(net, data, epochs=3))


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_with_other_optimisers(name):
    net, data, optimizer = network(), Blobs(), partial(getattr(torch.optim, name), lr=0.01)
    ours = trained(net, data, Trainer(epochs=2), optimizer=optimizer)
    assert_same_weights(ours, by_hand(net, data, epochs=2, optimizer=optimizer))


def test_clipping_by_norm_and_value():
    net, data = network(), Blobs()
    norm = lambda net: nn.utils.clip_grad_norm_(net.parameters(), 0.1)  # noqa: E731
    value = lambda net: nn.utils.clip_grad_value_(net.parameters(), 0.01)  # noqa: E731
    assert_same_weights(trained(net, data, Trainer(clip_norm=0.1)), by_hand(net, data, after_backward=norm))
    assert_same_weights(trained(net, data, Trainer(clip_value=0.01)), by_hand(net, data, after_backward=value))
    assert not torch.equal(
        trained(net, data, Trainer())["0.weight"], by_hand(net, data, after_backward=norm)["0.weight"]
    )


def test_schedules_per_step_and_per_epoch():
    net, data = network(), Blobs()
    halve = partial(torch.optim.lr_scheduler.StepLR, step_size=1, gamma=0.5)
    per_step = trained(net, data, Trainer(epochs=2), schedule=lambda optimizer, plan: halve(optimizer))
    assert_same_weights(per_step, by_hand(net, data, epochs=2, schedule=halve))
    per_epoch = trained(
        net, data, Trainer(epochs=2), schedule=lambda optimizer, plan: halve(optimizer), interval="epoch"
    )
    assert_same_weights(per_epoch, by_hand(net, data, epochs=2, per_epoch=halve))


def test_accumulated_batches_are_one_batch_whatever_their_sizes():
    net = network()
    small, large = Blobs(90, batch_size=8), Blobs(90, batch_size=24)  # 90 = 3 * 24 + 18: the last ones are odd
    ours = trained(net, small, Trainer(epochs=2, accumulate=3))
    assert_same_weights(ours, by_hand(net, large, epochs=2), rtol=1e-4, atol=1e-5)


def test_a_number_of_steps_ends_the_run_within_an_epoch():
    heard = Heard()
    one = task()
    Trainer(epochs=9, steps=8).fit(one, Blobs(90), listeners=[heard])  # 6 steps an epoch
    assert heard.plan.total_steps == 8
    assert [(record.kind, record.epoch, record.step) for record in heard.records] == [
        ("epoch", 1, 6), ("epoch", 2, 8), ("test", 2, 8),
    ]  # fmt: skip


def test_half_precision_learns_nearly_the_same():
    net, data = network(), Blobs()
    full = trained(net, data, Trainer(epochs=2))
    for precision in ("bf16", "fp16"):
        half = trained(net, data, Trainer(epochs=2, precision=precision))
        assert all(value.dtype == torch.float32 for value in half.values())
        assert_same_weights(half, full, rtol=0.1, atol=0.05)
        assert not torch.equal(half["0.weight"], full["0.weight"])


def test_records_tell_what_happened():
    data, heard = Blobs(90, val=30), Heard()
    one = task()
    final = Trainer(epochs=2, log_every=4).fit(one, data, listeners=[heard])
    assert [(record.kind, record.step) for record in heard.records] == [
        ("train", 4), ("epoch", 6), ("train", 8), ("train", 12), ("epoch", 12), ("test", 12),
    ]  # fmt: skip
    assert set(heard.records[0].metrics) == {"train_loss", "learning_rate"}
    assert set(heard.records[1].metrics) == {"train_loss", "train_accuracy", "val_loss", "val_accuracy"}
    assert set(heard.records[-1].metrics) == {"test_loss", "test_accuracy"}
    assert final == heard.records[-2].metrics | heard.records[-1].metrics
    assert heard.finished == 1


def test_an_epochs_loss_is_the_mean_over_its_examples():
    net, data, heard = network(), Blobs(90), Heard()  # batches of 16 and a last one of 10
    frozen = task(copy.deepcopy(net), optimizer=partial(torch.optim.SGD, lr=0.0))
    Trainer(log_every=2).fit(frozen, data, listeners=[heard])
    x, y = data.x[:90], data.y[:90]
    epoch = next(record for record in heard.records if record.kind == "epoch")
    assert epoch.metrics["train_loss"] == pytest.approx(F.cross_entropy(net(x), y).item(), rel=1e-5)
    assert epoch.metrics["train_accuracy"] == pytest.approx((net(x).argmax(1) == y).float().mean().item())
    test = heard.records[-1].metrics
    assert test["test_loss"] == pytest.approx(F.cross_entropy(net(data.x[90:]), data.y[90:]).item(), rel=1e-5)


def test_without_a_validation_split_the_test_set_gives_the_curve_but_chooses_nothing():
    heard = Heard()
    session = Trainer(epochs=2).session(task(), Blobs())
    assert session.best.monitor == "train_loss"
    Trainer(epochs=2).fit(task(), Blobs(), listeners=[heard])
    assert "test_accuracy" in heard.records[0].metrics


def test_the_best_weights_are_the_ones_tested():
    data, one = Blobs(90, val=30), task(optimizer=partial(torch.optim.SGD, lr=0.5))
    seen: dict[int, tuple[float, dict]] = {}

    def remember(record):
        if record.kind == "epoch":
            seen[record.epoch] = (record.metrics["val_loss"], weights(one))

    Trainer(epochs=6).fit(one, data, listeners=[Heard(remember)])
    _, best = min(seen.values(), key=lambda pair: pair[0])
    assert_same_weights(weights(one), best)


def evaluated(one, data):
    x, y = (each[90:120] for each in (data.x, data.y))
    with torch.inference_mode():
        return F.cross_entropy(one.network(x), y).item()


def test_what_is_returned_is_of_the_epoch_whose_weights_stay(tmp_path):
    data, heard, kept = Blobs(90, val=30), Heard(), FolderCheckpoints(tmp_path)
    one = task(optimizer=partial(torch.optim.SGD, lr=3.0))  # the loss goes up and down
    metrics = Trainer(epochs=6).fit(one, data, listeners=[heard], checkpoints=kept)
    epochs = [record for record in heard.records if record.kind == "epoch"]
    best = min(epochs, key=lambda record: record.metrics["val_loss"])
    assert best.epoch < len(epochs)
    assert metrics == best.metrics | heard.records[-1].metrics
    assert heard.records[-1].epoch == kept.tested_epoch() == best.epoch
    assert metrics["val_loss"] == pytest.approx(evaluated(one, data), rel=1e-5)


def test_without_a_best_epoch_it_is_the_last_one(tmp_path):
    class Never(Accuracy):
        def compute(self):
            return torch.tensor(torch.nan)

    data, heard, kept = Blobs(90, val=30), Heard(), FolderCheckpoints(tmp_path)
    one = task(optimizer=partial(torch.optim.SGD, lr=3.0), metrics={"never": Never()})
    metrics = Trainer(epochs=6, monitor="val_never").fit(one, data, listeners=[heard], checkpoints=kept)
    *_, last, tested = heard.records
    assert metrics.items() >= {"val_loss": last.metrics["val_loss"], "test_loss": tested.metrics["test_loss"]}.items()
    assert last.epoch == tested.epoch == kept.tested_epoch() == 6
    assert metrics["val_loss"] == pytest.approx(evaluated(one, data), rel=1e-5)


def test_evaluation_leaves_no_trace_in_the_training_metrics():
    data, heard = Blobs(90, val=30), Heard()
    Trainer(epochs=2).fit(task(network(dropout=0.5)), data, listeners=[heard])
    again = Heard()
    Trainer(epochs=2).fit(task(network(dropout=0.5)), Blobs(90, val=30, test=0), listeners=[again])
    assert heard.records[0] == again.records[0]


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    def run(seed):
        one = task(network(dropout=0.5))
        Trainer(seed=seed).fit(one, Blobs())
        return weights(one)

    assert_same_weights(run(1), run(1))
    assert not torch.equal(run(1)["0.weight"], run(2)["0.weight"])


def test_a_batch_of_size_one_and_a_data_set_of_one_row_train():
    final = Trainer(epochs=2).fit(task(), Blobs(1, batch_size=1, test=3))
    assert final["test_loss"] > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"accumulate": 0}, "accumulate must be at least 1, got 0"),
        ({"log_every": -1}, "log_every must be at least 1, got -1"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"clip_norm": -1.0}, "clip_norm must be above 0, got -1.0"),
        ({"clip_norm": 0.0}, "clip_norm must be above 0, got 0.0"),
        ({"clip_value": float("nan")}, "clip_value must be a number, got nan"),
        ({"clip_value": float("inf")}, "clip_value must be above 0 and finite, got inf"),
        ({"checkpoint_every": 0}, "checkpoint_every must be at least 1, got 0"),
    ],
)
def test_an_option_out_of_range_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        Trainer(**words)


def test_a_monitor_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="monitor is 'val_loss', but the data has no validation split"):
        Trainer(monitor="val_loss").fit(task(), Blobs())
    with pytest.raises(ValueError, match="monitor is 'val_f1'; it must be train_ or val_ and one of loss, accuracy"):
        Trainer(monitor="val_f1").fit(task(), Blobs(val=10))


def test_a_monitored_metric_knows_its_direction():
    assert Trainer(monitor="val_accuracy").session(task(), Blobs(val=9)).best.higher_is_better
    assert not Trainer(monitor="val_loss").session(task(), Blobs(val=9)).best.higher_is_better


def test_an_empty_loader_is_refused():
    class Nothing(TensorLoader):
        num_examples = 0

        def __len__(self):
            return 0

    data = Blobs()
    data.train_loader = lambda: Nothing((torch.zeros(1, 1),), 1)
    with pytest.raises(ValueError, match="the training data has no batches"):
        Trainer().fit(task(), data)
    data = Blobs()
    data.test_loader = lambda: Nothing((torch.zeros(1, 1),), 1)
    with pytest.raises(ValueError, match="the test data has no examples"):
        Trainer().fit(task(), data)


def test_cuda_convolutions_are_repeatable_and_still_use_cudnn():
    cudnn = torch.backends.cudnn
    before = cudnn.enabled, cudnn.benchmark, cudnn.deterministic
    with _repeatable(torch.device("cuda")):
        assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == (before[0], False, True)
    assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == before


def test_every_listener_is_told_of_the_end_even_if_one_fails():
    class Failing(Heard):
        def finish(self):
            raise OSError("disk full")

    first, last = Heard(), Heard()
    with pytest.raises(OSError, match="disk full"):
        Trainer().fit(task(), Blobs(), listeners=[first, Failing(), last])
    assert first.finished == last.finished == 1
