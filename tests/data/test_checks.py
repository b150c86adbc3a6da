import pytest
import torch

from deepdive.data.checks import check_fields


def test_good_fields_pass():
    check_fields((torch.randn(3, 2), torch.arange(3), torch.ones(3, dtype=torch.bool)))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((), r"fields must be a tuple of at least one tensor, got tuple"),
        ((torch.zeros(3, 1), torch.zeros(2)), r"fields\[1\] has shape \(2,\); its first .* shape is \(3, 1\)"),
        ((torch.zeros(3), torch.tensor(1.0)), r"fields\[1\] has shape \(\)"),
        ((torch.zeros(0, 4),), r"fields\[0\] has shape \(0, 4\); there must be at least one row"),
        ((torch.zeros(2), torch.zeros(2, device="meta")), r"fields\[1\] is on meta; all fields must be on cpu"),
    ],
)
def test_bad_fields_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        check_fields(fields)


def test_nan_is_found_with_field_and_row():
    x = torch.zeros(10, 2, 3)
    x[4, 1, 2] = x[7, 0, 0] = float("nan")
    with pytest.raises(ValueError, match=r"fields\[1\] holds NaN: first in row 4, in 2 of 10 rows"):
        check_fields((torch.arange(10), x))


def test_infinity_is_no_nan():
    check_fields((torch.tensor([float("inf"), -float("inf")]),))
