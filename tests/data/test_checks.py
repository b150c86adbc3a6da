import pytest
import torch

from deepdive.data.checks import check_fields, check_labels


def test_good_fields_pass():
    check_fields((torch.randn(3, 2), torch.arange(3), torch.ones(3, dtype=torch.bool)))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((), "fields is empty"),
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


@pytest.mark.parametrize("value", [-1, 3, 255])
def test_labels_out_of_range_are_named(value):
    labels = torch.tensor([0, 1, 2, value, value])
    with pytest.raises(ValueError, match=rf"labels holds {value}, but must lie in 0..2: first in row 3, in 2 of 5"):
        check_labels(labels, 3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bool, torch.complex64])
def test_labels_are_integers(dtype):
    with pytest.raises(TypeError, match=f"numbers has dtype {dtype}; class numbers must be integers"):
        check_labels(torch.zeros(2, dtype=dtype), 3, "numbers")


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
def test_good_labels_pass(dtype):
    check_labels(torch.tensor([0, 2, 1], dtype=dtype), 3)
