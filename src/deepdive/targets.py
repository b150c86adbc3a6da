"""What a target may be besides a class: one number, on which data, losses and metrics agree."""

IGNORED = -100
"""The target of what does not count, be it padding, what fills up a row, or a part of a word that has no tag.

It is what cross-entropy leaves out by default.
"""
