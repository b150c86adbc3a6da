"""Whatever a user brings is learnt from as in the loop that they would write: the same weights, bit for bit."""

import random
from functools import partial

import numpy as np
import pytest
import torch
from tests.training.examples import Blobs, Heard, assert_same_weights
from tests.training.own.data import ByName, Rows, Stream, Told, X, Y, network
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler, default_collate

from deepdive.data import TensorLoader
from deepdive.training import Classification, Task, Trainer

SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9)


def by_hand(batches, *, epochs=2, net=None, call=lambda net, batch: (net(batch[0]), batch[1])):
    """``batches(epoch)`` of an epoch; the state of the trained network."""
    net = network() if net is None else net
    torch.manual_seed(0)
    np.random.seed(0)
    optimizer = SGD(net.parameters())
    for epoch in range(epochs):
        for batch in batches(epoch):
            outputs, targets = call(net, batch)
            F.cross_entropy(outputs, targets).backward()
            optimizer.step()
            optimizer.zero_grad()
    return net.state_dict()


def trained(train, *, epochs=2, net=None, task=None, trainer=None, **words):
    task = task or Classification(network() if net is None else net, optimizer=SGD)
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    session = (trainer or Trainer(epochs=epochs)).session(task, train, **words)
    session._finish = lambda: iter(())  # the last weights, not the best
    for _ in session:
        pass
    return task.network.state_dict()


def test_a_dataloader_is_taken_as_it_is():
    loader = DataLoader(Rows(noise=0.1), batch_size=16, shuffle=True)
    assert_same_weights(trained(loader), by_hand(lambda epoch: loader))


def test_a_dataloader_with_workers_and_a_generator_of_its_own():
    def make():
        return DataLoader(
            Rows(), batch_size=16, shuffle=True, num_workers=1, generator=torch.Generator().manual_seed(7)
        )

    own, theirs = make(), make()
    assert_same_weights(trained(own), by_hand(lambda epoch: theirs))


def test_a_dataloader_with_any_sampler():
    def make():
        sampler = WeightedRandomSampler([1.0 + i % 3 for i in range(90)], 64)
        return DataLoader(Rows(), batch_size=16, sampler=sampler, drop_last=True)

    own, theirs = make(), make()
    assert_same_weights(trained(own), by_hand(lambda epoch: theirs))


def test_arrays_are_shuffled_by_seed_and_epoch():
    own = TensorLoader((torch.from_numpy(X), torch.from_numpy(Y)), 16, shuffle=True, seed=5)
    expected = by_hand(own.batches)
    trainer = Trainer(epochs=2, seed=5)
    for arrays in (
        (X, Y),
        (X.astype(np.float64), Y.astype(np.int32)),  # brought to what the network and the loss need
        (torch.from_numpy(X), torch.from_numpy(Y)),
        TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)),
        {"input": X, "labels": Y},
    ):
        assert_same_weights(trained(arrays, trainer=trainer, batch_size=16), expected)
    assert not torch.equal(trained((X, Y), batch_size=16)["0.weight"], expected["0.weight"])  # of another seed


@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_map_style_dataset_is_batched_in_the_same_order(num_workers):
    own = TensorLoader((torch.arange(90),), 16, shuffle=True, seed=5)
    rows = Rows()
    expected = by_hand(lambda epoch: [default_collate([rows[i] for i in b]) for (b,) in own.batches(epoch)])
    words = {"trainer": Trainer(epochs=2, seed=5), "batch_size": 16, "num_workers": num_workers}
    assert_same_weights(trained(rows, **words), expected)
    if not num_workers:
        assert_same_weights(trained([rows[i] for i in range(90)], **words), expected)  # a list of examples


def test_what_a_dataset_draws_is_the_same_with_any_number_of_workers():
    noisy = [trained(Rows(noise=0.3), batch_size=16, num_workers=n) for n in (0, 1, 2)]
    assert_same_weights(noisy[0], noisy[1])
    assert_same_weights(noisy[0], noisy[2])
    assert not torch.equal(noisy[0]["0.weight"], trained(Rows(), batch_size=16)["0.weight"])


def test_an_iterable_dataset_and_loaders_without_a_length():
    in_order = DataLoader(Rows(), batch_size=16)
    expected = by_hand(lambda epoch: in_order)

    class Batches:
        def __iter__(self):
            return iter(in_order)

    heard = Heard()
    assert_same_weights(trained(Stream(), batch_size=16), expected)
    assert_same_weights(trained(DataLoader(Stream(), batch_size=16)), expected)
    assert_same_weights(trained(Batches()), expected)
    Trainer(epochs=2).fit(Classification(network()), Batches(), listeners=[heard])
    assert (heard.plan.steps_per_epoch, heard.plan.total_steps) == (6, 12)


def test_workers_of_an_iterable_dataset_may_give_more_batches_than_its_length_tells():
    class Split(Told):
        def __iter__(self):
            worker = torch.utils.data.get_worker_info()
            return (example for i, example in enumerate(super().__iter__()) if i % worker.num_workers == worker.id)

    heard = Heard()
    loader = DataLoader(Split(90, told=90), batch_size=30, num_workers=2)
    Trainer(epochs=2).fit(Classification(network()), loader, listeners=[heard])
    assert heard.plan.steps_per_epoch == 4


def test_a_loader_without_end_is_learnt_from_for_so_many_steps():
    expected = by_hand(lambda epoch: list(DataLoader(Rows(), batch_size=15)) * 2, epochs=1)
    ours = DataLoader(Stream(None), batch_size=15)
    assert_same_weights(trained(ours, trainer=Trainer(steps=12)), expected)

    def generator():
        yield from ours

    assert_same_weights(trained(generator(), trainer=Trainer(steps=12)), expected)


def test_validation_and_test_are_of_any_kind_and_not_shuffled():
    x, y = torch.from_numpy(X[:20]), torch.from_numpy(Y[:20])
    net = network()
    task = Classification(net, optimizer="sgd", lr=0.0, metrics=["accuracy"])
    expected = {
        "val_loss": F.cross_entropy(net(x), y).item(),
        "val_accuracy": (net(x).argmax(1) == y).double().mean().item(),
    }
    for validation in ((X[:20], Y[:20]), Rows(20), DataLoader(Rows(20), 7), DataLoader(Stream(20), 7), Stream(20)):
        heard = Heard()
        metrics = Trainer(epochs=2).fit(task, (X, Y), validation=validation, test=(X[:30], Y[:30]), listeners=[heard])
        assert {name: metrics[name] for name in expected} == pytest.approx(expected)
        assert metrics["test_accuracy"] == pytest.approx(
            (net(torch.from_numpy(X[:30])).argmax(1).numpy() == Y[:30]).mean()
        )
        assert [record.kind for record in heard.records] == ["epoch", "epoch", "test"]


def test_counting_and_sizing_leave_the_random_generators_alone():
    lazy = lambda: nn.Sequential(nn.LazyLinear(3))  # noqa: E731
    torch.manual_seed(0)
    sized = nn.Sequential(nn.Linear(4, 3))

    def make():
        return DataLoader(Rows(), batch_size=16, shuffle=True, generator=torch.Generator().manual_seed(1))

    first = make()
    net = lazy()
    with torch.no_grad():
        torch.manual_seed(0)
        net(torch.zeros(1, 4))
        net[0].load_state_dict(sized[0].state_dict())
    expected = trained(first, net=net)
    other, session_net = make(), lazy()
    task = Classification(session_net, optimizer=SGD)
    session = Trainer(epochs=2).session(task, other)
    session_net[0].load_state_dict(sized[0].state_dict())
    session._finish = lambda: iter(())
    list(session)
    assert_same_weights(session_net.state_dict(), expected)


def test_batches_by_name():
    class Named(Rows):
        def __getitem__(self, i):
            x, y = super().__getitem__(i)
            return {"right": x[1:], "labels": y, "left": x[:1]}

    loader = DataLoader(Named(), batch_size=16)
    expected = by_hand(
        lambda epoch: loader, net=ByName(), call=lambda net, b: (net(b["left"], b["right"]), b["labels"])
    )
    for form in ("tensor", "tuple", "dict", "object"):
        assert_same_weights(trained(loader, net=ByName(form)), expected)
    assert_same_weights(trained(Named(), net=ByName(), batch_size=90, epochs=1), by_hand_whole())


def by_hand_whole():
    order = torch.randperm(90, generator=torch.Generator().manual_seed(seed_of_first_epoch()))
    x, y = torch.from_numpy(X)[order], torch.from_numpy(Y)[order]
    return by_hand(
        lambda epoch: [(x, y)], epochs=1, net=ByName(), call=lambda net, b: (net(b[0][:, :1], b[0][:, 1:]), y)
    )


def seed_of_first_epoch():
    return np.random.SeedSequence(0, spawn_key=(0,)).generate_state(1, np.uint32).tolist()[0]


def test_several_inputs_nested_or_not():
    in_order = list(DataLoader(Rows(), batch_size=16))
    expected = by_hand(lambda epoch: in_order, net=ByName(), call=lambda net, b: (net(b[0][:, :1], b[0][:, 1:]), b[1]))
    for change in (
        lambda x, y: (x[:, :1], x[:, 1:], y),
        lambda x, y: [x[:, :1].numpy(), x[:, 1:], y.numpy()],
        lambda x, y: ((x[:, :1], x[:, 1:]), y),
        lambda x, y: ({"right": x[:, 1:], "left": x[:, :1]}, y),
        lambda x, y: {"left": x[:, :1], "right": x[:, 1:], "y": y},
    ):
        batches = [change(x, y) for x, y in in_order]

        class Again:
            def __init__(self, batches):
                self.batches = batches

            def __iter__(self):
                return iter(self.batches)

        assert_same_weights(trained(Again(batches), net=ByName()), expected)


def test_inputs_and_target_can_be_chosen():
    class Named(Rows):
        def __getitem__(self, i):
            x, y = super().__getitem__(i)
            return {"image": x, "kind": y, "index": i, "file": f"{i}.png"}

    loader = DataLoader(Named(), batch_size=16)
    expected = by_hand(lambda epoch: loader, call=lambda net, b: (net(b["image"]), b["kind"]))
    task = Classification(network(), optimizer=SGD, target="kind", inputs=["image"])
    assert_same_weights(trained(loader, task=task), expected)


def test_a_task_of_ones_own_sees_names_and_nests():
    class Own(Task):
        def training_step(self, batch):
            assert set(batch.nested) == {"x", "labels"}
            assert torch.equal(batch[-1], batch["labels"])
            return F.cross_entropy(self.network(batch["x"]), batch["labels"])

        def configure_optimizers(self, plan):
            from deepdive.training import Optimization

            return Optimization(SGD(self.network.parameters()))

    class Named(Rows):
        def __getitem__(self, i):
            x, y = super().__getitem__(i)
            return {"labels": y, "x": x}

    loader = DataLoader(Named(), batch_size=16)
    expected = by_hand(lambda epoch: loader, call=lambda net, b: (net(b["x"]), b["labels"]))
    assert_same_weights(trained(loader, task=Own(network())), expected)


def test_a_data_module_and_our_loaders_as_ever():
    data = Blobs(90)
    assert_same_weights(trained(data), trained(data.train_loader()))


def test_a_compiled_step_of_an_own_loader_is_the_eager_one_where_sizes_are_unknown():
    from deepdive.training.loop.step import Stepper

    task = Classification(network(), optimizer=SGD)
    stepper = Stepper(task, task.configure_optimizers(a_plan()), torch.device("cpu"), batch_size=None)
    batches = [(torch.zeros(n, 4),) for n in (6, 6, 4)]
    assert [stepper._whole(batch) for batch in batches] == [True, True, False]


def a_plan():
    from deepdive.training import Plan

    return Plan(1, 1)
