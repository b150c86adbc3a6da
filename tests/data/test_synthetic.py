import pytest
import torch
from sklearn.linear_model import LinearRegression

from deepdive.data.synthetic import SyntheticRegression


def test_the_truth_is_recovered():
    """Within four standard errors, ``σ / √n`` for independent standard normal inputs."""
    data = SyntheticRegression(train=1000, noise=0.01)
    data.prepare()
    x, y = data.train
    fit = LinearRegression().fit(x.double(), y.double())
    error = 4 * 0.01 / 1000**0.5
    assert torch.tensor(fit.coef_[0]).sub(torch.tensor([2, -3.4])).abs().max() < error
    assert abs(fit.intercept_[0] - 4.2) < error
    residuals = y.double() - torch.from_numpy(fit.predict(x.double()))
    assert float(residuals.std()) == pytest.approx(0.01, rel=0.1)


def test_splits_batches_and_shapes():
    data = SyntheticRegression([1.0] * 5, train=20, val=7, test=3, batch_size=8)
    batches = list(data.train_loader().batches())
    assert [(tuple(x.shape), tuple(y.shape)) for x, y in batches] == [
        ((8, 5), (8, 1)),
        ((8, 5), (8, 1)),
        ((4, 5), (4, 1)),
    ]
    assert [loader.num_examples for loader in (data.val_loader(), data.test_loader())] == [7, 3]
    rows = torch.cat([data.train[0], data.val[0], data.test[0]])
    assert len(rows.unique(dim=0)) == 30
    assert SyntheticRegression(val=0).val_loader() is None
    assert SyntheticRegression().test_loader() is None


def test_only_the_seed_decides():
    rows = [SyntheticRegression(seed=seed) for seed in (0, 0, 1)]
    torch.manual_seed(5)
    state = torch.get_rng_state()
    for data in rows:
        data.prepare()
        first = data.train
        data.prepare()
        assert data.train is first
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(rows[0].train[1], rows[1].train[1])
    assert not torch.equal(rows[0].train[1], rows[2].train[1])


def test_a_model_of_other_features():
    data = SyntheticRegression(
        [1.0, -2.0], 0.5, noise=0.0, train=10, inputs=1, features=lambda x: torch.cat([x, x**3], 1)
    )
    data.prepare()
    x, y = data.train
    torch.testing.assert_close(y[:, 0], x[:, 0] - 2 * x[:, 0] ** 3 + 0.5)


def test_bad_arguments_are_named(without_shape_checks):
    for name, value in (("noise", -0.1), ("train", 0), ("val", -1), ("test", -1), ("seed", -1)):
        with pytest.raises(ValueError, match=f"{name} is {value}; it must be at least"):
            SyntheticRegression(**{name: value})
    with pytest.raises(ValueError, match="weight is empty"):
        SyntheticRegression([])
    with pytest.raises(ValueError, match=r"features gives shape \(4, 1\) for 4 rows; it must give one column for each"):
        SyntheticRegression([1.0, 2.0], train=2, val=2, inputs=1, features=lambda x: x).prepare()
