"""Procedures that are not networks, one subject per file or folder."""
