"""What a network may ask of its toolkit; ``torch.nn`` and ``deepdive.scratch`` both have all of it.

A network takes ``*, nn: Toolkit = torch.nn`` and makes its layers with ``nn.Conv2d(...)``, so that it is written once
and runs on either side. What each part computes is said where it is written, in ``deepdive.scratch``.
"""

from deepdive.toolkit.arguments import Activation as Activation
from deepdive.toolkit.arguments import Nonlinearity as Nonlinearity
from deepdive.toolkit.arguments import Reduction as Reduction
from deepdive.toolkit.arguments import Size as Size
from deepdive.toolkit.functions import Functions as Functions
from deepdive.toolkit.functions import Initializers as Initializers
from deepdive.toolkit.sequences import SequenceLayers as SequenceLayers
from deepdive.toolkit.toolkit import Toolkit as Toolkit
