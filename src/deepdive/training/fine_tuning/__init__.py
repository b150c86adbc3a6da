"""Learning layer by layer: rates that fall with depth, freezing and unfreezing (D2L section 14.2)."""

from deepdive.training.fine_tuning.freezing import GradualUnfreezing as GradualUnfreezing
from deepdive.training.fine_tuning.freezing import freeze as freeze
from deepdive.training.fine_tuning.freezing import freeze_batch_norm_statistics as freeze_batch_norm_statistics
from deepdive.training.fine_tuning.groups import DiscriminativeRates as DiscriminativeRates
from deepdive.training.fine_tuning.groups import ParameterGroup as ParameterGroup
from deepdive.training.fine_tuning.groups import layer_groups as layer_groups
from deepdive.training.fine_tuning.groups import without_decay_of_vectors as without_decay_of_vectors
from deepdive.training.fine_tuning.slanted_triangular import SlantedTriangularLR as SlantedTriangularLR
