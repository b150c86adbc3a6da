"""Features computed once, the order of confused images, figures."""

import pytest
import torch

from deepdive.data.images import ImageSpec
from deepdive.data.rows import RowsDataModule
from deepdive.models.vision import EfficientNetLite
from deepdive.recipes.vision.transfer import features, head
from deepdive.recipes.vision.transfer.features import FromGroup, features_of
from deepdive.recipes.vision.transfer.figures import training_curves

CPU = torch.device("cpu")
SPEC = ImageSpec(3, 32, 32, ("a", "b"), (0.5,) * 3, (0.5,) * 3)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return EfficientNetLite(2, width=0.25, depth=0.4).eval()


@pytest.fixture
def rows():
    images = torch.randint(0, 256, (40, 3, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return {"train": (images[:35], torch.arange(35) % 2), "test": (images[35:], torch.zeros(5, dtype=torch.int64))}


@pytest.mark.parametrize("cut", [1, 6, 9])
def test_features_and_the_layers_above_are_the_whole_network(cut, network, rows):
    found, told = features_of(network, rows, 0, cut, device=CPU, spec=SPEC, report=(seen := []).append), []
    for part, (images, labels) in rows.items():
        with torch.inference_mode():
            torch.testing.assert_close(FromGroup(network, cut)(found[part][0]), network(SPEC.to_float(images)))
        assert found[part][1] is labels
    assert [progress.done for progress in seen] == [*range(4, 33, 4), 35, 39, 40]
    assert told == []


def test_features_in_two_steps_are_those_in_one(network, rows):
    halfway = features_of(network, rows, 0, 4, device=CPU, spec=SPEC)
    twice = features_of(network, halfway, 4, 9, device=CPU)
    once = features_of(network, rows, 0, 9, device=CPU, spec=SPEC)
    torch.testing.assert_close(twice["train"][0], once["train"][0])


def test_features_that_would_fill_the_memory_are_refused(network, rows, monkeypatch):
    monkeypatch.setattr(features, "_MOST", 1000)
    with pytest.raises(ValueError, match=r"first 2 groups of layers make of 40 images .*freeze more groups \(frozen\)"):
        features_of(network, rows, 0, 2, device=CPU, spec=SPEC)


@pytest.mark.parametrize("fixed", [False, True])
def test_statistics_stay_where_they_are_fixed(fixed):
    torch.manual_seed(0)
    part = FromGroup(EfficientNetLite(2, width=0.25, depth=0.4), 0, fixed_statistics=fixed).train()
    before = part.network._bn0.running_mean.clone()
    part(torch.randn(4, 3, 32, 32))
    assert torch.equal(part.network._bn0.running_mean, before) == fixed
    assert part.network._dropout.training
    assert not part.eval().network._bn0.training


def test_rows_are_batched_with_their_classes(rows):
    data = RowsDataModule(**rows, batch_size=10, transform=SPEC.batch_to_float)
    images, labels = next(iter(data.train_loader().batches()))
    assert images.shape == (10, 3, 32, 32)
    assert images.min() >= -1
    assert images.max() <= 1
    assert labels.shape == (10,)
    assert data.val_loader() is None
    assert data.test_loader().num_examples == 5


def test_trainings_are_drawn_as_lines_and_features_level():
    [axes] = training_curves({"fine-tuned": [0.5, 0.7]}, {"features": 0.6}, "test accuracy").axes
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines == {"fine-tuned": [0.5, 0.7], "features": [0.6, 0.6]}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("known", [None, torch.eye(3, 5)])
def test_what_the_pretrained_classifier_knows_is_free_of_the_penalty(known, monkeypatch):
    told = []
    monkeypatch.setattr(head, "fit_softmax_regression", lambda *_, **words: told.append(words) or stop())

    def stop():
        raise StopIteration

    inputs, classes = torch.randn(12, 5, generator=torch.Generator().manual_seed(0)), torch.arange(12) % 2
    with pytest.raises(StopIteration):
        head.fit_head(None, None, {"train": (inputs, classes)}, ("a", "b"), penalty=0.1, prior=known, device=CPU)
    assert told[0]["penalty"] == 0.1
    assert (told[0]["directions"] is None) == (known is None)
