import pytest

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule


def test_a_data_module_without_validation_and_test_says_so():
    class Least(DataModule):
        def prepare(self):
            pass

        def train_loader(self):
            import torch

            return TensorLoader((torch.arange(3),), 2)

    data = Least()
    assert (data.labels, data.val_loader(), data.test_loader()) == ((), None, None)


def test_training_batches_are_the_least_it_must_have():
    with pytest.raises(TypeError, match="abstract"):
        DataModule()
