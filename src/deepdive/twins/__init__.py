"""The table of proofs: every public name of ``deepdive.scratch``, its library twin, and samples on which to compare.

Read by the tests and by ``deepdive prove``. A row's key is the name as one writes it after ``scratch.``.
"""

from deepdive.twins.clipping import CLIPPING as CLIPPING
from deepdive.twins.initializers import INITIALIZERS as INITIALIZERS
from deepdive.twins.kinds import Case as Case
from deepdive.twins.kinds import FunctionTwin as FunctionTwin
from deepdive.twins.kinds import Given as Given
from deepdive.twins.kinds import GradientTwin as GradientTwin
from deepdive.twins.kinds import InitTwin as InitTwin
from deepdive.twins.kinds import LayerTwin as LayerTwin
from deepdive.twins.kinds import OptimizerTwin as OptimizerTwin
from deepdive.twins.kinds import Packed as Packed
from deepdive.twins.kinds import Part as Part
from deepdive.twins.kinds import Sample as Sample
from deepdive.twins.kinds import ScheduleTwin as ScheduleTwin
from deepdive.twins.language import LANGUAGE as LANGUAGE
from deepdive.twins.layers import FUNCTIONS as FUNCTIONS
from deepdive.twins.layers import LAYERS as LAYERS
from deepdive.twins.networks import NETWORKS as NETWORKS
from deepdive.twins.optimizers import OPTIMIZERS as OPTIMIZERS
from deepdive.twins.optimizers import WITHOUT_TWIN as WITHOUT_TWIN
from deepdive.twins.schedules import SCHEDULES as SCHEDULES

TWINS: dict[str, LayerTwin | FunctionTwin | InitTwin | GradientTwin | OptimizerTwin | ScheduleTwin] = {
    **LAYERS, **FUNCTIONS, **INITIALIZERS, **CLIPPING, **OPTIMIZERS, **SCHEDULES, **NETWORKS, **LANGUAGE,
}  # fmt: skip
