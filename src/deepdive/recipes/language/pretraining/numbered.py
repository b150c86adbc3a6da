"""How gaps are written in a text: ``the <extra_id_0> of the city was <extra_id_1> .`` Free of torch."""

import re

GAP = re.compile(r" *<extra_id_([0-9]+)>")
"""With the spaces before it, which are missing with the word."""
_FEW = 12


def gap_fault(text: str) -> str:
    """Why nothing can be filled in; empty where gaps are numbered 0, 1, 2, ... in this order.

    >>> gap_fault("no <extra_id_0> ."), gap_fault("<extra_id_1>")
    ('', 'has gaps 1; they must be numbered 0, 1, 2, ... in this order')
    """
    gaps = GAP.findall(text)
    if not gaps:
        return "has no <extra_id_0>, so that there is nothing to fill in"
    if gaps != [str(i) for i in range(len(gaps))]:
        first = ", ".join(gap[:_FEW] for gap in gaps[:_FEW])
        return f"has gaps {first}; they must be numbered 0, 1, 2, ... in this order"
    return ""
