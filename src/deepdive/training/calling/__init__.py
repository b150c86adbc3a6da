"""How a batch becomes arguments of a network, its outputs and targets what the loss compares; and what went wrong."""

from deepdive.training.calling.inputs import NetworkCall as NetworkCall
from deepdive.training.calling.layers import ONE_VALUE as ONE_VALUE
from deepdive.training.calling.layers import explain_layer as explain_layer
from deepdive.training.calling.outputs import main_output as main_output
from deepdive.training.calling.targets import TargetFit as TargetFit
from deepdive.training.calling.targets import explain_probabilities as explain_probabilities
