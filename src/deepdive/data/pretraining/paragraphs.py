"""A text as paragraphs of sentences (D2L section 15.9)."""

import re

from deepdive.data.subwords import UNKNOWN

_HEADING = re.compile(r"\s*=.*=\s*")
_JOINED = re.compile(r" @([-.,])@ ")
# Marks with spaces around them, as treebanks and WikiText have them; or, in a text as it is written, before a capital.
_CUT_TREEBANK = re.compile(r"(?<= [.!?]) +(?=\S)")
_CUT = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"'”’)\]]))\s+(?=[\"'“‘(\[]*[A-Z])")


def read_paragraphs(text: str) -> list[list[str]]:
    """The sentences of each paragraph: a line that is no ``= heading =``.

    What WikiText has taken apart is joined, ``1 @,@ 000`` to ``1,000``, and its ``<unk>`` is ``[UNK]``.
    """
    cut = _CUT_TREEBANK if " . " in text else _CUT
    lines = (line.strip() for line in text.split("\n"))
    return [
        [sentence for sentence in cut.split(_JOINED.sub(r"\1", line).replace("<unk>", UNKNOWN)) if sentence.strip()]
        for line in lines
        if line and not _HEADING.fullmatch(line)
    ]
