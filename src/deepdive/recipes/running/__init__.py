"""From a command to a run folder, and from a run folder to predictions."""
