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

    def concerns(self, name: str, words: str) -> bool:
        return all(re.match(*pair, re.DOTALL) for pair in ((self.names, name), (self.words, words)))

    def holds(self, name: str, words: str, difference: str) -> bool:
        return self.concerns(name, words) and re.match(self.difference, difference, re.DOTALL) is not None
