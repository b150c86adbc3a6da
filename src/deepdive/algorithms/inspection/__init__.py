"""What a network is made of and what happens inside it."""

from deepdive.algorithms.inspection.activation_curves import ACTIVATIONS as ACTIVATIONS
from deepdive.algorithms.inspection.activation_curves import activation_curves as activation_curves
from deepdive.algorithms.inspection.activation_curves import activation_figure as activation_figure
from deepdive.algorithms.inspection.flops import FlopCount as FlopCount
from deepdive.algorithms.inspection.gradient_flow import GradientFlow as GradientFlow
from deepdive.algorithms.inspection.gradient_flow import LayerFlow as LayerFlow
from deepdive.algorithms.inspection.gradient_flow import ParameterFlow as ParameterFlow
from deepdive.algorithms.inspection.gradient_flow import gradient_flow as gradient_flow
from deepdive.algorithms.inspection.gradient_flow import gradient_flow_figure as gradient_flow_figure
from deepdive.algorithms.inspection.lazy import check_sizes_known as check_sizes_known
from deepdive.algorithms.inspection.lazy import unknown_sizes as unknown_sizes
from deepdive.algorithms.inspection.receptive_field import ReceptiveField as ReceptiveField
from deepdive.algorithms.inspection.receptive_field import receptive_field as receptive_field
from deepdive.algorithms.inspection.saved import saved_bytes as saved_bytes
from deepdive.algorithms.inspection.signal_propagation import Propagation as Propagation
from deepdive.algorithms.inspection.signal_propagation import expected_propagation as expected_propagation
from deepdive.algorithms.inspection.signal_propagation import hidden_unit_spread as hidden_unit_spread
from deepdive.algorithms.inspection.signal_propagation import propagate as propagate
from deepdive.algorithms.inspection.signal_propagation import propagation_figure as propagation_figure
from deepdive.algorithms.inspection.signal_propagation import weight_std as weight_std
from deepdive.algorithms.inspection.summary import summary as summary
from deepdive.algorithms.inspection.table import LayerCall as LayerCall
from deepdive.algorithms.inspection.table import Summary as Summary
from deepdive.algorithms.inspection.table import recurrent_parameters as recurrent_parameters
