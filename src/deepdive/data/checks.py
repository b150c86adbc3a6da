"""Checks made once, where data enters: so that the training loop need not look at values."""

from collections.abc import Sequence

from torch import Tensor

from deepdive.checks import check_tensor, told


def check_fields(fields: tuple[Tensor, ...], *, name: str = "fields") -> None:
    """Check that every field has the same rows, at least one, and no NaN.

    Raises:
        ValueError: which field is wrong, and the first row that is.

    """
    if isinstance(fields, Tensor) or not len(fields):
        raise ValueError(f"{name} must be a tuple of at least one tensor, got {told(fields)}")
    for i, field in enumerate(fields):
        check_tensor(f"{name}[{i}]", field)
        if field.ndim == 0 or len(field) != len(fields[0]):
            raise ValueError(
                f"{name}[{i}] has shape {tuple(field.shape)}; its first dimension must be that of {name}[0], whose "
                f"shape is {tuple(fields[0].shape)}"
            )
        if len(field) == 0:
            raise ValueError(f"{name}[{i}] has shape {tuple(field.shape)}; there must be at least one row")
        if field.device != fields[0].device:
            raise ValueError(f"{name}[{i}] is on {field.device}; all fields must be on {fields[0].device}")
        if field.is_floating_point() or field.is_complex():
            bad = field.isnan().reshape(len(field), -1).any(dim=1)
            if bad.any():
                raise ValueError(f"{name}[{i}] holds NaN: {_rows(bad)}")


def check_classes_kept(labels: Tensor, kept: Tensor, names: Sequence[str], *, name: str) -> None:
    """Check that holding out examples leaves at least one of every class to learn from.

    Args:
        labels: class numbers before.
        kept: class numbers of what is left.
        names: of the classes.
        name: what is held out, for the error.

    Raises:
        ValueError: a class has lost all; the message names the first few.

    """
    n = len(names)
    gone: list[int] = (
        ((labels.bincount(minlength=n) > 0) & (kept.bincount(minlength=n) == 0)).nonzero().flatten().tolist()
    )
    if gone:
        some = ", ".join(names[i] for i in gone[:5]) + (", ..." if len(gone) > 5 else "")
        raise ValueError(
            f"holding out {name} leaves none to learn from of {len(gone)} of {n} classes ({some}); a class needs at "
            "least 2 examples to have one held out: add some, hold out fewer, or keep those in a folder of their own"
        )


def _rows(bad: Tensor) -> str:
    rows = bad.nonzero().flatten()
    return f"first in row {rows[0].item()}, in {len(rows)} of {len(bad)} rows"
