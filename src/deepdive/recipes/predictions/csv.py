"""Predictions as a CSV file."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from deepdive.recipes.predictions.base import Value


def to_csv(records: Iterable[Mapping[str, Value]], columns: Sequence[str]) -> str:
    """Rows as CSV: floats with the digits of single precision, missing values empty."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in record.items()})
    return buffer.getvalue()
