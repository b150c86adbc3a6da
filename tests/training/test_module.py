import inspect

from torch import nn

from deepdive.training import Module, add_to_class


class Scale(Module):
    def __init__(self, factor: float, *, offset: float = 0.5) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)


class Named(Scale):
    def __init__(self, name: str) -> None:
        super().__init__(2.0)


class Heir(Scale):
    pass


def test_arguments_are_kept_with_their_defaults():
    assert Scale(3.0).hyperparameters == {"factor": 3.0, "offset": 0.5}


def test_a_subclass_keeps_its_own_arguments():
    assert Named("n").hyperparameters == {"name": "n"}
    assert Heir(1.0, offset=2.0).hyperparameters == {"factor": 1.0, "offset": 2.0}


def test_they_are_no_part_of_the_state():
    assert set(Scale(1.0).state_dict()) == {"layer.weight", "layer.bias"}


def test_each_instance_has_its_own():
    one, two = Scale(1.0), Scale(2.0)
    assert one.hyperparameters["factor"] == 1.0
    assert two.hyperparameters["factor"] == 2.0


def test_a_method_can_be_added_to_a_class_after_the_fact():
    before = Scale(3.0)

    @add_to_class(Scale)
    def doubled(self) -> float:
        return 2 * self.hyperparameters["factor"]

    assert before.doubled() == 6.0
    assert Heir(4.0).doubled() == 8.0


def test_the_signature_stays_that_of_the_class():
    assert [*inspect.signature(Scale).parameters] == ["factor", "offset"]
    assert Scale.__init__.__qualname__ == "Scale.__init__"
