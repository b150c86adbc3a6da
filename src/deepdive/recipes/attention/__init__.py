"""Recipes on attention itself."""
