"""Ranges of settings: written once, at the field, and checked wherever settings come from. Free of torch."""

from deepdive.recipes.ranges.checked import Checked as Checked
from deepdive.recipes.ranges.checked import SettingError as SettingError
from deepdive.recipes.ranges.checked import checked_from as checked_from
