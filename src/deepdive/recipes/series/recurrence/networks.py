"""The networks that are compared: a cure is a cell, an initialisation, or clipping."""

from dataclasses import dataclass

import torch

from deepdive.models.recurrent_regressor import RecurrentRegressor
from deepdive.toolkit import Toolkit


@dataclass(frozen=True)
class Cure:
    """What one of the networks has that a plain one has not."""

    cell: str
    weights: str = ""
    """Initialisation of the recurrent matrix: orthogonal or identity, empty for the library's own."""
    clipped: bool = True


CURES = {
    "tanh": Cure("tanh"),
    "orthogonal": Cure("tanh", "orthogonal"),
    "identity-unclipped": Cure("relu", "identity", clipped=False),
    "identity": Cure("relu", "identity"),
    "skip": Cure("skip"),
    "lstm": Cure("lstm"),
    "gru": Cure("gru"),
}
"""By name."""


def cured(name: str, *, hidden: int, forget_bias: float, nn: Toolkit) -> RecurrentRegressor:
    """A network with its cure; the others keep the initialisation of the toolkit.

    ``identity`` is a recurrent layer of ReLUs that begins by handing its state on as it is, with small input weights
    (Le, Jaitly and Hinton, 2015); ``orthogonal`` one of tanh that begins by turning it (Saxe et al., 2014); ``lstm``
    begins with ``forget_bias`` on the gate that keeps (Gers et al., 2000; Jozefowicz et al., 2015).
    """
    cure = CURES[name]
    network = RecurrentRegressor(cure.cell, 2, hidden, nn=nn)
    with torch.no_grad():
        if cure.weights:
            matrix = network.rnn.get_parameter("weight_hh_l0")
            nn.init.eye_(matrix) if cure.weights == "identity" else nn.init.orthogonal_(matrix)
            for bias in ("bias_ih_l0", "bias_hh_l0"):
                nn.init.zeros_(network.rnn.get_parameter(bias))
        if cure.weights == "identity":
            nn.init.normal_(network.rnn.get_parameter("weight_ih_l0"), std=0.1)
        if name == "lstm":
            network.rnn.get_parameter("bias_ih_l0")[hidden : 2 * hidden] += forget_bias
    return network
