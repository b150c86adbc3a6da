import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays, compare

from deepdive.scratch import autograd

SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)),
    ((0, 3), (3, 4)),
    ((2, 0), (0, 4)),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_products_are_torchs(shapes):
    compare(lambda a, b: a @ b, lambda a, b: a @ b, *arrays(*shapes))


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk->ik", ((2, 3), (3, 4))),
        ("bij,bjk->bik", ((5, 2, 3), (5, 3, 4))),
        ("bhqd,bhkd->bhqk", ((2, 3, 4, 5), (2, 3, 6, 5))),
        ("ij->ji", ((2, 3),)),
        ("ij->i", ((2, 3),)),
        ("ij->", ((2, 3),)),
        ("i,j->ij", ((2,), (3,))),
        ("i,ij,j->", ((2,), (2, 3), (3,))),
        ("ij,k->i", ((2, 3), (4,))),
        ("bi, oi -> bo", ((2, 3), (4, 3))),
    ],
)
def test_einsum_is_torchs(subscripts, shapes):
    compare(lambda *x: autograd.einsum(subscripts, *x), lambda *x: torch.einsum(subscripts, *x), *arrays(*shapes))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((), (3,)), r"matmul needs vectors or matrices, got shapes \(\) and \(3,\); use \*"),
        (((2, 3), (2, 3)), r"matmul: inner sizes must agree, got shapes \(2, 3\) and \(2, 3\)"),
        (((2, 2, 3), (4, 3, 1)), r"matmul: shapes \(2,\) and \(4,\) do not broadcast"),
    ],
)
def test_products_that_do_not_fit_are_named(shapes, message):
    a, b = arrays(*shapes)
    with pytest.raises(ValueError, match=message):
        autograd.matmul(a, b)


@pytest.mark.parametrize(
    ("subscripts", "shapes", "message"),
    [
        ("ij,jk", ((2, 3), (3, 4)), "must name the output after '->'"),
        ("...i->i", ((2, 3),), r"have no '\.\.\.'"),
        ("ii->i", ((2, 2),), "a letter may stand only once in each operand"),
        ("ij->i", ((2, 3), (3,)), "names 1 operands, got 2"),
        ("ij->i", ((2,),), r"'ij' names 2 dimensions, got shape \(2,\)"),
        ("ij,jk->ik", ((2, 3), (4, 5)), "'j' has sizes 3 and 4"),
        ("i->j", ((2,),), "letters that no operand has"),
    ],
)
def test_einsums_that_do_not_fit_are_named(subscripts, shapes, message):
    with pytest.raises(ValueError, match=message):
        autograd.einsum(subscripts, *arrays(*shapes))


def test_whole_numbers_become_what_the_floats_are():
    one_hot = np.eye(3, dtype=np.int64)
    assert (one_hot @ autograd.tensor(np.ones((3, 2), np.float32))).dtype == np.float32
