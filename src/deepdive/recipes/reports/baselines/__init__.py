"""Simpler methods beside a network: constants, and models that are fitted in seconds."""

from deepdive.recipes.reports.baselines.classes import class_baselines as class_baselines
from deepdive.recipes.reports.baselines.numbers import number_baselines as number_baselines
