"""What has no meaning is refused, by name, rule and value, and changes nothing."""

import pytest
import torch
from torch import nn

from deepdive.scratch import optim

pytestmark = pytest.mark.usefixtures("without_shape_checks")

DENSE = [
    "ASGD", "Adadelta", "Adafactor", "Adam", "AdamW", "AdamWScheduleFree", "Adamax", "Lion", "Muon", "NAdam", "RAdam",
    "RMSprop", "Rprop", "SGDScheduleFree", "SophiaG", "Yogi",
]  # fmt: skip
ALL = [*DENSE, "SGD", "Adagrad", "SparseAdam", "LBFGS"]


def matrix(dtype=torch.float32):
    return nn.Parameter(torch.ones(2, 2, dtype=dtype))


def sparse():
    return torch.sparse_coo_tensor(torch.tensor([[0]]), torch.ones(1, 2), (2, 2), check_invariants=True)


@pytest.mark.parametrize("name", ALL)
def test_groups_must_hold_parameters_once(name):
    make, theta = getattr(optim, name), matrix()
    with pytest.raises(ValueError, match="params must not be empty, got no parameters and no groups"):
        make([])
    with pytest.raises(ValueError, match="params must not be empty, got none in group 0"):
        make([{"params": []}])
    with pytest.raises(
        ValueError, match=r"params must be in one group each, and once, got float32 .* of group 0 again"
    ):
        make([theta, theta])
    with pytest.raises(TypeError, match=r"params must be parameters or groups of them, got float32 of shape \(2, 2\)"):
        make(theta)
    if name == "LBFGS":
        return
    optimizer = make([theta])
    with pytest.raises(
        ValueError, match=r"params must be in one group each, and once, got float32 .* of group 1 again"
    ):
        optimizer.add_param_group({"params": [matrix(), theta]})
    assert [group["params"] for group in optimizer.param_groups] == [[theta]]


@pytest.mark.parametrize("name", ALL)
def test_rates_must_be_in_the_librarys_range(name):
    rule = "above 0" if name == "SparseAdam" else "not be negative"
    with pytest.raises(ValueError, match=f"lr must (be )?{rule}, got -0.1"):
        getattr(optim, name)([matrix()], lr=-0.1)
    if name == "SparseAdam":
        with pytest.raises(ValueError, match="lr must be above 0, got 0"):
            optim.SparseAdam([matrix()], lr=0)
    else:
        getattr(optim, name)([matrix()], lr=0)
    with pytest.raises(TypeError, match="lr must be a number, got the string '1'"):
        getattr(optim, name)([matrix()], lr="1")


@pytest.mark.parametrize("name", ALL)
def test_parameters_must_be_real(name):
    with pytest.raises(TypeError, match="params must be real or boolean, got complex64"):
        getattr(optim, name)([matrix(torch.complex64)])


@pytest.mark.parametrize("name", DENSE)
def test_gradients_must_be_dense_where_sparse_ones_are_not_for(name):
    first, theta = matrix(), matrix()
    optimizer = getattr(optim, name)([first, theta])
    first.grad, theta.grad = torch.ones(2, 2), sparse()
    with pytest.raises(TypeError, match=f"gradients must be dense for {name}, got a sparse one, float32 of shape"):
        optimizer.step()
    assert first.tolist() == theta.tolist() == [[1, 1], [1, 1]], "nothing moves"


def test_gradients_must_be_sparse_for_sparse_adam():
    theta = matrix()
    theta.grad = torch.ones(2, 2)
    with pytest.raises(TypeError, match="gradients must be sparse for SparseAdam, got a dense one"):
        optim.SparseAdam([theta]).step()
    with pytest.raises(ValueError, match="params must be dense, of which gradients alone are sparse"):
        optim.SparseAdam([sparse()])


@pytest.mark.parametrize("name", ["SGD", "Adagrad"])
def test_sparse_gradients_have_no_weight_decay(name):
    theta = matrix()
    theta.grad = sparse()
    with pytest.raises(ValueError, match=r"weight_decay must be 0 with sparse gradients, got 0\.1"):
        getattr(optim, name)([theta], weight_decay=0.1).step()


def test_lbfgs_needs_a_closure_and_one_group():
    with pytest.raises(TypeError, match="closure must be a function that computes loss and gradients, got None"):
        optim.LBFGS([matrix()]).step()
    with pytest.raises(ValueError, match="params must be in one group for LBFGS, got another one"):
        optim.LBFGS([{"params": [matrix()]}, {"params": [matrix()]}])


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("Rprop", {"etas": (1.0, 0.5)}, r"etas must be 2 numbers, in \(0, 1\) and above 1, got \(1.0, 0.5\)"),
        ("Rprop", {"step_sizes": (1.0,)}, r"step_sizes must be 2 numbers, got \(1.0,\)"),
        ("Adadelta", {"rho": 1.1}, r"rho must be a number in \[0, 1\], got 1.1"),
        ("Adagrad", {"lr_decay": -0.5}, "lr_decay must not be negative, got -0.5"),
        ("RMSprop", {"momentum": -1.0}, "momentum must not be negative, got -1.0"),
        ("NAdam", {"momentum_decay": -0.2}, "momentum_decay must not be negative, got -0.2"),
        ("RAdam", {"betas": (0.9, 1.0)}, r"betas must be 2 numbers in \[0, 1\), got"),
        ("AdamWScheduleFree", {"betas": (0.0, 0.9)}, r"betas must be 2 numbers in \(0, 1\), got \(0.0, 0.9\)"),
        ("SGDScheduleFree", {"momentum": 0.0}, "momentum must be above 0, got 0.0"),
        ("SGDScheduleFree", {"momentum": 1.0}, "momentum must be below 1, got 1.0"),
        ("SGDScheduleFree", {"warmup_steps": -1}, "warmup_steps must be at least 0, got -1"),
        ("Adafactor", {"beta2_decay": 0.8}, "beta2_decay must be at most 0, got 0.8"),
        ("Adafactor", {"d": 0.5}, "d must be at least 1, got 0.5"),
        ("Adafactor", {"eps": (-1.0, 1e-3)}, r"eps must be 2 numbers that are not negative, or None and one, got"),
        ("SparseAdam", {"eps": 0.0}, "eps must be above 0, got 0.0"),
        ("SophiaG", {"rho": 0.0}, "rho must be above 0, got 0.0"),
        ("Muon", {"ns_steps": 100}, "ns_steps must be at most 99, got 100"),
        ("Muon", {"ns_coefficients": (1.0, 2.0)}, "ns_coefficients must be 3 numbers, got"),
        ("Muon", {"adjust_lr_fn": "other"}, "adjust_lr_fn must be 'original', 'match_rms_adamw' or None, got 'other'"),
        ("LBFGS", {"line_search_fn": "armijo"}, "line_search_fn must be 'strong_wolfe' or None, got 'armijo'"),
        ("LBFGS", {"max_iter": 0}, "max_iter must be at least 1, got 0"),
        ("LBFGS", {"history_size": 0}, "history_size must be at least 1, got 0"),
    ],
)
def test_numbers_out_of_range_are_refused(name, settings, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        getattr(optim, name)([matrix()], **settings)


def test_the_size_of_a_batch_is_a_count():
    optimizer = optim.SophiaG([matrix()])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        optimizer.update_hessian(0)
    with pytest.raises(TypeError, match=r"batch_size must be an integer, got 1\.5"):
        optimizer.update_hessian(1.5)
