"""Recipes: a declaration with its settings, an experiment that fills in blanks, one base that drives. Free of torch."""

from deepdive.recipes.loading import load_recipe as load_recipe
from deepdive.recipes.loading import recipes as recipes
from deepdive.recipes.registry import Recipe as Recipe
from deepdive.recipes.registry import Target as Target
from deepdive.recipes.registry import recipe as recipe
