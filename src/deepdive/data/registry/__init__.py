"""The table of named data sets: what they are, how large, under which licence, and where they come from.

A row here makes a data set obtainable; how its files are read stands beside the readers, e.g. in
`deepdive.data.images.builtin`.
"""

from deepdive.data.registry.dataset import Dataset as Dataset
from deepdive.data.registry.dataset import PretrainedWeights as PretrainedWeights
from deepdive.data.registry.finding import DATASETS as DATASETS
from deepdive.data.registry.finding import PRETRAINED as PRETRAINED
from deepdive.data.registry.finding import TEXT_NETWORKS as TEXT_NETWORKS
from deepdive.data.registry.finding import find as find
from deepdive.data.registry.finding import find_pretrained as find_pretrained
