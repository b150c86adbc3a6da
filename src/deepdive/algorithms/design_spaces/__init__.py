"""Spaces of networks: drawing from them, what a draw costs, which space is the better one (D2L section 8.8)."""

from deepdive.algorithms.design_spaces.best_values import BestValue as BestValue
from deepdive.algorithms.design_spaces.best_values import best_value as best_value
from deepdive.algorithms.design_spaces.comparison import Difference as Difference
from deepdive.algorithms.design_spaces.comparison import Gain as Gain
from deepdive.algorithms.design_spaces.comparison import area_gain as area_gain
from deepdive.algorithms.design_spaces.comparison import kolmogorov_smirnov as kolmogorov_smirnov
from deepdive.algorithms.design_spaces.complexity import Frame as Frame
from deepdive.algorithms.design_spaces.complexity import activations as activations
from deepdive.algorithms.design_spaces.complexity import flops as flops
from deepdive.algorithms.design_spaces.complexity import parameters as parameters
from deepdive.algorithms.design_spaces.designs import Design as Design
from deepdive.algorithms.design_spaces.designs import Designs as Designs
from deepdive.algorithms.design_spaces.designs import compatible as compatible
from deepdive.algorithms.design_spaces.distribution import ErrorDistribution as ErrorDistribution
from deepdive.algorithms.design_spaces.distribution import complexity_weights as complexity_weights
from deepdive.algorithms.design_spaces.regnet import block_widths as block_widths
from deepdive.algorithms.design_spaces.regnet import regnet_design as regnet_design
from deepdive.algorithms.design_spaces.sampling import sample_designs as sample_designs
from deepdive.algorithms.design_spaces.spaces import SPACES as SPACES
from deepdive.algorithms.design_spaces.spaces import AnyNetSpace as AnyNetSpace
from deepdive.algorithms.design_spaces.spaces import DesignSpace as DesignSpace
from deepdive.algorithms.design_spaces.spaces import RegNetSpace as RegNetSpace
from deepdive.algorithms.design_spaces.spaces import space_named as space_named
