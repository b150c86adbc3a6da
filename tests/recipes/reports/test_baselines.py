"""Baselines: learnt from the training part alone, the same each time, as good as what they are called."""

import re

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge

from deepdive.algorithms.language import KneserNey, NGramModel
from deepdive.recipes.reports import Baseline, Baselines, ClassEvaluation, Fold, NumberEvaluation, TokenEvaluation
from deepdive.recipes.reports.baselines import models
from deepdive.recipes.reports.evaluation import higher_is_better, strongest
from deepdive.recipes.reports.tokens import unigram_entropy


def rows(n=300, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 3)).astype(np.float32)
    return x, torch.from_numpy((x[:, 0] + 0.5 * x[:, 1] > 0.8).astype(np.int64))


def classes(fold, labels=("no", "yes"), **words):
    n = len(fold.test)
    p = torch.full((n, len(labels)), 1 / len(labels))
    return ClassEvaluation(labels, fold.test, p, [fold], **words)


def by_name(found):
    return {each.name: each.metrics for each in found.entries}


def test_a_classifier_of_rows_has_three():
    (x, y), (z, true) = rows(), rows(150, seed=1)
    found = classes(Fold(y, true, lambda: (x, z)), what="rows").baselines(fitted=True)
    named = by_name(found)
    assert list(named) == ["majority class", "logistic regression", "gradient-boosted trees"]
    assert named["majority class"]["test_accuracy"] == float((true == 0).double().mean())
    c = float(re.search(r"C = ([\d.]+), chosen by 5-fold cross-validation", found.entries[1].how)[1])
    theirs = LogisticRegression(C=c).fit(x, y).score(z, true)
    assert named["logistic regression"]["test_accuracy"] == pytest.approx(theirs)
    assert named["gradient-boosted trees"]["test_accuracy"] > 0.9
    assert [each.how for each in found.entries][:2] == [
        "always 'no', the most frequent of the training rows",
        f"fitted on all 300 training rows, with C = {c:g}, chosen by 5-fold cross-validation",
    ]


def test_the_penalty_is_chosen_by_rows_that_are_not_fitted():
    """Many columns of noise: a weak penalty learns the rows by heart, and a strong one is the better."""
    generator = np.random.default_rng(0)
    x, z = generator.normal(size=(2, 300, 150))
    y, true = ((each[:, :5].sum(1) > 0).astype(np.int64) for each in (x, z))
    noisy = np.where(generator.random(300) < 0.25, 1 - y, y)
    predict, chosen = models.logistic_regression(x, noisy)
    assert chosen == "C = 0.01, chosen by 5-fold cross-validation"
    assert (predict(z) == true).mean() > LogisticRegression(C=100.0, max_iter=1000).fit(x, noisy).score(z, true)
    assert models.logistic_regression(x[:19], y[:19])[1] == "C = 1"  # too few rows to choose by


def test_the_penalty_of_many_rows_is_chosen_by_a_fifth_of_them():
    """The same as a search by hand over scikit-learn's own models."""
    generator = np.random.default_rng(1)
    x, y = generator.normal(size=(2100, 6)), generator.integers(0, 3, 2100)
    x[np.arange(2100), y] += 1.0
    order = torch.randperm(2100, generator=torch.Generator().manual_seed(0)).numpy()
    held, rest = order[:420], np.sort(order[420:])
    scores = {c: LogisticRegression(C=c).fit(x[rest], y[rest]).score(x[held], y[held]) for c in (0.01, 0.1, 1, 10, 100)}
    best = min(c for c, score in scores.items() if score == max(scores.values()))
    assert models.logistic_regression(x, y)[1] == f"C = {best:g}, chosen by a fifth of them"


def test_the_most_frequent_class_is_that_of_the_training_part():
    fold = Fold(torch.tensor([1, 1, 0]), torch.tensor([0, 0, 0, 1]))
    assert by_name(classes(fold).baselines(fitted=True))["majority class"]["test_accuracy"] == 0.25


def test_of_some_examples_the_macro_f1_is_that_of_the_same_ones():
    """The network saw three of six examples, in which the baseline is right, and in no other."""
    fold = Fold(torch.tensor([1, 1, 0]), torch.tensor([1, 0, 1, 0, 1, 0]))
    rows = torch.tensor([0, 2, 4])
    found = ClassEvaluation(("a", "b"), fold.test[rows], torch.eye(2)[fold.test[rows]], [fold], sampled=rows)
    baselines = found.baselines(fitted=True)
    majority = by_name(baselines)["majority class"]
    assert majority == {"test_accuracy": 0.5, "test_macro_f1": found.measures()["test_macro_f1"]}
    assert baselines.notes == (
        "test_accuracy is of all 6 examples, test_macro_f1, test_weighted_f1, test_ece of 3, evenly spaced.",
    )


def test_they_are_the_same_each_time():
    (x, y), (z, true) = rows(), rows(150, seed=1)
    fold = Fold(y, true, lambda: (x, z))
    assert classes(fold).baselines(fitted=True) == classes(fold).baselines(fitted=True)


def test_nothing_is_learnt_from_the_test_part():
    (x, y), (z, true) = rows(), rows(150, seed=1)
    one = by_name(classes(Fold(y, true, lambda: (x, z))).baselines(fitted=True))
    other = by_name(classes(Fold(y, 1 - true, lambda: (x, z))).baselines(fitted=True))
    for name, metrics in one.items():
        assert other[name]["test_accuracy"] == pytest.approx(1 - metrics["test_accuracy"])


def test_without_scikit_learn_it_is_said(monkeypatch):
    monkeypatch.setattr(models, "find_spec", lambda name: None)
    (x, y), (z, true) = rows(), rows(150, seed=1)
    found = classes(Fold(y, true, lambda: (x, z))).baselines(fitted=True)
    assert list(by_name(found)) == ["majority class"]
    assert "scikit-learn is not installed" in found.notes[0]


def test_the_preset_smoke_fits_nothing_and_says_so():
    (x, y), (z, true) = rows(), rows(150, seed=1)
    found = classes(Fold(y, true, lambda: (x, z))).baselines(fitted=False)
    assert list(by_name(found)) == ["majority class"]
    assert found.notes == (models.NOT_FITTED,)


def test_texts_are_told_apart_by_their_words():
    texts = [f"the {'good' if i % 3 else 'bad'} thing number {i}" for i in range(60)]
    y = torch.tensor([int(i % 3 > 0) for i in range(60)])
    fold = Fold(y[:40], y[40:], lambda: (texts[:40], texts[40:]))
    found = by_name(classes(fold, what="texts").baselines(fitted=True))
    assert found["logistic regression"]["test_accuracy"] == 1
    assert found["majority class"]["test_accuracy"] < 1


def test_texts_without_a_word_are_no_error():
    fold = Fold(torch.tensor([0, 1, 1]), torch.tensor([0, 1]), lambda: (["!", "?", "…"], ["!", "a"]))
    assert by_name(classes(fold).baselines(fitted=True))["logistic regression"]["test_accuracy"] == 0.5


def test_images_are_told_apart_by_few_pixels():
    images = torch.zeros(80, 3, 40, 50, dtype=torch.uint8)
    y = torch.arange(80) % 2
    images[y == 1, 0, :20] = 200
    assert models.few_pixels(images).shape == (80, 3 * 16 * 16)
    fold = Fold(y[:50], y[50:], lambda: (images[:50], images[50:]))
    found = classes(fold, what="images").baselines(fitted=True)
    assert by_name(found)["logistic regression"]["test_accuracy"] == 1
    assert found.entries[1].how.startswith("fitted on all 50 training images, as 16 × 16 pixels, with C = ")


def test_one_class_in_the_training_part_is_what_all_of_them_say():
    x = np.zeros((6, 2), dtype=np.float32)
    fold = Fold(torch.ones(6, dtype=torch.long), torch.tensor([1, 0, 1]), lambda: (x, x[:3]))
    assert {each["test_accuracy"] for each in by_name(classes(fold).baselines(fitted=True)).values()} == {2 / 3}


def test_few_of_many_examples_are_drawn_and_said():
    drawn = models.chosen_rows(1000, 300)
    assert len(set(drawn.tolist())) == 300
    assert (np.diff(drawn) > 0).all()
    assert drawn.tolist() == models.chosen_rows(1000, 300).tolist()
    assert models.fitted_on(300, 1000, "rows") == "fitted on 300 of 1,000 training rows"


def test_numbers_have_the_mean_a_line_and_trees():
    generator = np.random.default_rng(0)
    x, z = (generator.normal(size=(n, 3)).astype(np.float32) for n in (200, 100))
    f = lambda a: torch.from_numpy(2.0 * a[:, 0] - a[:, 1] + 7.0).double()  # noqa: E731
    y, true = f(x), f(z)
    standard = (y - y.mean()) / 3
    fold = Fold(standard, true, lambda: (x, z))
    found = NumberEvaluation("t", true, true, [fold], [lambda v: v * 3 + y.mean()]).baselines(fitted=True)
    named = by_name(found)
    assert list(named) == ["mean", "linear regression", "gradient-boosted trees"]
    assert named["mean"]["test_rmse"] == pytest.approx(float((true - y.mean()).square().mean().sqrt()))
    theirs = Ridge(alpha=1.0).fit(x, y).predict(z)
    assert named["linear regression"]["test_mae"] == pytest.approx(np.abs(theirs - true.numpy()).mean(), rel=1e-4)
    assert named["gradient-boosted trees"]["test_r2"] > 0.8


def test_folds_are_predicted_each_by_its_own():
    folds = [Fold(torch.tensor([1.0, 3.0]), torch.tensor([0.0])), Fold(torch.tensor([10.0]), torch.tensor([9.0]))]
    found = NumberEvaluation("t", torch.tensor([0.0, 9.0]), torch.tensor([0.0, 9.0]), folds).baselines(fitted=True)
    assert by_name(found)["mean"]["test_mae"] == 1.5


def test_a_token_by_its_frequency():
    train, test = torch.tensor([0, 0, 0, 1]), torch.tensor([0, 1, 2])
    p = np.array([4, 2, 1]) / 7
    assert unigram_entropy(train, test, 3) == pytest.approx(-np.log(p).mean())
    found = by_name(TokenEvaluation({"train": train, "test": test}, 3).baselines(fitted=False))
    assert found["unigram"]["test_perplexity"] == pytest.approx(np.exp(-np.log(p).mean()))
    assert list(found) == ["unigram"]


def test_a_token_by_the_one_before_it():
    train = torch.tensor([0, 1, 0, 1, 0, 1, 2, 0, 1, 0])
    test = torch.tensor([0, 1, 0, 1, 2])
    found = by_name(TokenEvaluation({"train": train, "test": test}, 3).baselines(fitted=True))
    bigram = NGramModel(train, 2, 3, KneserNey())
    p = [float(bigram.next_token_distribution(test[:i])[test[i]]) for i in range(len(test))]
    assert found["bigram"]["test_loss"] == pytest.approx(-np.log(p).mean())
    assert found["bigram"]["test_loss"] < found["unigram"]["test_loss"] < np.log(3)
    assert found["bigram"]["test_perplexity"] == pytest.approx(np.exp(found["bigram"]["test_loss"]))


def test_where_no_losses_are_measured_baselines_have_none():
    corpora = {"train": torch.tensor([0, 1, 0, 1]), "val": torch.tensor([0, 1]), "test": torch.tensor([1])}
    found = by_name(TokenEvaluation(corpora, 2, losses=False).baselines(fitted=True))
    assert {name: set(metrics) for name, metrics in found.items()} == {
        "unigram": {"val_perplexity"}, "bigram": {"val_perplexity"}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "better"),
    [
        *[("test_accuracy", True), ("val_label_accuracy", True), ("test_rmse_16", False), ("test_log_rmse", False)],
        *[("test_skill_4", True), ("test_perplexity", False), ("test_macro_f1", True), ("seconds", None)],
    ],
)
def test_which_way_is_better(metric, better):
    assert higher_is_better(metric) is better


def test_the_strongest_is_the_best_that_is_a_number():
    known = {"a": {"test_rmse": 3.0}, "b": {"test_rmse": 2.0}, "c": {"test_rmse": float("nan")}, "d": {"other": 1.0}}
    assert strongest("test_rmse", known) == ("b", 2.0)
    assert strongest("test_rmse", known, higher=True) == ("a", 3.0)
    assert strongest("test_accuracy", known) is None


def test_baselines_of_one_name_are_one():
    parts = [
        Baselines((Baseline("mean", {"a": 1.0}, "x"),), ("n",)),
        Baselines((Baseline("mean", {"b": 2.0}),), ("n",)),
    ]
    assert Baselines.joined(parts) == Baselines((Baseline("mean", {"a": 1.0, "b": 2.0}, ""),), ("n",))


def test_of_many_rows_the_penalty_is_chosen_on_one_fold(monkeypatch):
    draw = np.random.default_rng(0)
    x = draw.normal(size=(120, 2))
    y = (x[:, 0] > 0).astype(int)
    fits = []
    fitted = models._fitted
    monkeypatch.setattr(models, "_fitted", lambda *words: fits.append(1) or fitted(*words))
    for few, folds, told in ((200, 5, "by 5-fold cross-validation"), (100, 1, "by a fifth of them")):
        fits.clear()
        monkeypatch.setattr(models, "_FEW", few)
        _, how = models.logistic_regression(x, y)
        assert told in how
        assert len(fits) == folds * len(models._INVERSE_PENALTIES) + 1
