"""One row of the table of exceptions: a difference from the library that is meant, and why."""

import re
from dataclasses import dataclass

REFUSED = "refused, the library does not"
ACCEPTED = "accepted, the library refuses"


@dataclass(frozen=True)
class Deliberate:
    names: str
    words: str
    difference: str
    reason: str

    def holds(self, name: str, words: str, difference: str) -> bool:
        pairs = ((self.names, name), (self.words, words), (self.difference, difference))
        return all(re.match(pattern, text, re.DOTALL) for pattern, text in pairs)
