"""What JSON can hold, and how it is printed."""

import json
import math
from collections.abc import Mapping
from typing import Any


def json_values(value: Any) -> Any:
    """The same nest with texts for keys, lists for tuples, and null for each number that JSON does not have.

    >>> json_values({"loss": float("nan"), 1: (0.5, float("inf"))})
    {'loss': None, '1': [0.5, None]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_values(each) for key, each in value.items()}
    return [json_values(each) for each in value] if isinstance(value, list | tuple) else value


def json_line(value: Any) -> str:
    r"""A value as one line of JSON in which what cannot be shown is an escape, such as what moves a cursor.

    >>> json_line({"name": "a\u202eb\x1b é", "size": 2})
    '{"name": "a\\u202eb\\u001b é", "size": 2}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)
