"""Recipes: one function and one dataclass of settings per experiment, each with its target. Free of torch."""

from deepdive.recipes.registry import Recipe as Recipe
from deepdive.recipes.registry import RecipeInfo as RecipeInfo
from deepdive.recipes.registry import Target as Target
from deepdive.recipes.registry import load_recipe as load_recipe
from deepdive.recipes.registry import recipe as recipe
from deepdive.recipes.registry import recipe_info as recipe_info
from deepdive.recipes.registry import recipes as recipes
