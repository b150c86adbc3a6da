"""Averages of weights, and the statistics that fit them."""

from deepdive.training.loop.averaging.statistics import measure_statistics as measure_statistics
from deepdive.training.loop.averaging.weights import AveragedWeights as AveragedWeights
