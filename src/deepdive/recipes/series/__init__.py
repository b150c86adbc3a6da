"""Recipes on series in time, and on recurrence itself."""
