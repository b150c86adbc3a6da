"""Measured results: recorded, shown in RESULTS.md, and run again where they are near their targets."""

from deepdive.recipes.results.recorded import FOLDER as FOLDER
from deepdive.recipes.results.recorded import read_results as read_results
from deepdive.recipes.results.recorded import record as record
from deepdive.recipes.results.recorded import results_page as results_page
