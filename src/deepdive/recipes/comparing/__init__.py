"""Several runs side by side: their settings, metrics, baselines and curves."""

from deepdive.recipes.comparing.page import comparison_page as comparison_page
from deepdive.recipes.comparing.runs import ComparedRun as ComparedRun
from deepdive.recipes.comparing.runs import Comparison as Comparison
from deepdive.recipes.comparing.runs import compare as compare
from deepdive.recipes.comparing.table import comparison_text as comparison_text
