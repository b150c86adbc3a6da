"""What a network is made of and what happens inside it."""

from deepdive.algorithms.inspection.flops import FlopCount as FlopCount
from deepdive.algorithms.inspection.lazy import check_sizes_known as check_sizes_known
from deepdive.algorithms.inspection.lazy import unknown_sizes as unknown_sizes
from deepdive.algorithms.inspection.receptive_field import ReceptiveField as ReceptiveField
from deepdive.algorithms.inspection.receptive_field import receptive_field as receptive_field
from deepdive.algorithms.inspection.summary import summary as summary
from deepdive.algorithms.inspection.table import LayerCall as LayerCall
from deepdive.algorithms.inspection.table import Summary as Summary
from deepdive.algorithms.inspection.table import recurrent_parameters as recurrent_parameters
