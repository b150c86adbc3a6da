"""The sections of a classifier's report: whatever the classes are called, however many there are, NaN among them."""

import re
from html import unescape

import pytest
import torch
from sklearn.metrics import classification_report, log_loss

from deepdive.recipes.reports import ClassEvaluation, Fold
from deepdive.recipes.reports.classification import one_hot
from deepdive.recipes.reports.examples import row_table, text_table

HOSTILE = ("$_$", "<b>&\"'", "a\nb", "\x1b[31m", "ü" * 300, "macro mean")


def evaluation(labels, true, probabilities, **words):
    true = torch.as_tensor(true)
    words = {"folds": [Fold(true, true)], "what": "texts"} | words
    return ClassEvaluation(tuple(labels), true, torch.as_tensor(probabilities, dtype=torch.float64), **words)


def drawn(classes, n=400, seed=0, sharp=3.0):
    """Probabilities that know something of the truth."""
    generator = torch.Generator().manual_seed(seed)
    true = torch.randint(classes, (n,), generator=generator)
    logits = torch.randn(n, classes, generator=generator) + sharp * one_hot(true, classes)
    return true, logits.double().softmax(1)


def cells(section):
    return [
        [unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", section.html, re.S)
    ][1:]


def titles(found):
    return [section.title for section in found.sections()]


def test_the_table_of_classes_is_scikit_learns_report():
    true, p = drawn(4)
    found = evaluation("abcd", true, p)
    theirs = classification_report(true, p.argmax(1), target_names=list("abcd"), output_dict=True)
    rows = {name: values for name, *values in cells(found.sections()[1])}
    for ours, name in [
        *zip("abcd", "abcd", strict=True),
        ("macro mean", "macro avg"),
        ("weighted mean", "weighted avg"),
    ]:
        expected = [f"{theirs[name][each]:.4f}" for each in ("precision", "recall", "f1-score")]
        assert rows[ours] == [*expected, str(int(theirs[name]["support"]))]
    assert found.measures()["test_macro_f1"] == pytest.approx(theirs["macro avg"]["f1-score"])


def test_the_surest_mistakes_come_first():
    p = [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.0, 1.0]]
    assert evaluation("ab", [0, 0, 0, 0], p).mistakes() == [3, 1, 2]
    assert evaluation("ab", [0, 0, 0, 0], p).mistakes(1) == [3]
    assert evaluation("ab", [0, 1, 1, 1], p).mistakes() == []


def test_names_of_classes_and_texts_are_no_markup():
    true, p = drawn(len(HOSTILE), sharp=0.0)
    found = evaluation(HOSTILE, true, p, show=text_table(["<script>$x$</script>\x00"] * len(true)))
    html = "".join(section.html for section in found.sections())
    assert "<script>" not in html
    assert "<b>&\"'" not in html
    assert "&lt;script&gt;$x$" in html
    assert titles(found) == ["Confusion", "Scores by class", "Calibration", "Most confident errors"]


def test_columns_of_the_data_that_are_called_like_ours_stand_beside_them():
    found = evaluation("ab", [0, 0], [[0.1, 0.9], [0.8, 0.2]], show=row_table(lambda i: {"true": i, "<x>": 7}))
    html = found.sections()[-1].html
    assert re.findall(r"<th scope.*?>(.*?)</th>", html) == ["predicted", "true", "true_", "&lt;x&gt;"]
    assert cells(found.sections()[-1]) == [["b 90.0%", "a 10.0%", "0", "7"]]


def test_many_classes_are_told_by_their_pairs():
    labels = [f"class {i}" for i in range(200)]
    true = torch.arange(200).repeat(5)
    p = one_hot(true, 200)
    p[:30] = one_hot(torch.full((30,), 7), 200)  # classes 0 to 29 once each for class 7, which is right itself
    p[203] = p[403] = one_hot(torch.tensor(9), 200)
    confusion, by_class, *_ = evaluation(labels, true, p).sections()
    assert cells(confusion)[0] == ["class 3", "class 9", "2", "40.0%"]
    assert "The 20 of 200 classes" in confusion.html
    assert len(cells(confusion)) == 20
    assert "<details><summary>All 200 classes</summary>" in by_class.html
    assert by_class.html.index("macro mean") < by_class.html.index("<details>")


def test_a_class_without_test_examples_counts_as_nothing_and_is_said():
    found = evaluation("abc", [0, 0, 1], one_hot(torch.tensor([0, 1, 1]), 3))
    html = found.sections()[1].html
    assert cells(found.sections()[1])[2] == ["c", "0.0000", "0.0000", "0.0000", "0"]
    assert "1 of the classes has no texts here" in html


def test_one_class_alone_has_a_report():
    found = evaluation(["only"], [0, 0], [[1.0], [1.0]])
    assert titles(found) == ["Confusion", "Scores by class", "Calibration"]
    assert found.measures() == {"test_macro_f1": 1, "test_weighted_f1": 1, "test_ece": 0}


def test_what_is_no_number_is_left_out_and_said():
    p = torch.tensor([[0.9, 0.1], [float("nan"), 0.5], [0.3, 0.7]])
    found = evaluation("ab", [0, 1, 1], p)
    assert found.confusion.tolist() == [[1, 0], [0, 1]]
    assert "1 more have no prediction: the network&#x27;s output is NaN" in found.sections()[0].html
    nothing = evaluation("ab", [0, 1], torch.full((2, 2), float("nan")))
    assert titles(nothing) == ["Confusion"]
    assert nothing.measures() == {}


def test_an_empty_part_has_neither_scores_nor_baselines():
    found = evaluation("ab", torch.zeros(0, dtype=torch.long), torch.zeros(0, 2))
    assert titles(found) == ["Confusion"]
    assert found.baselines(fitted=True).entries == ()


def test_calibration_is_told_in_words_and_a_part_that_stands_for_all_is_said():
    true, p = drawn(2, 3000, sharp=1.0)
    sharper = (p.log() * 5).softmax(1)
    assert log_loss(true, sharper) > log_loss(true, p)
    whole = Fold(true, true.repeat(2))
    found = evaluation("ab", true, sharper, folds=[whole])
    html = "".join(section.html for section in found.sections())
    assert "the network is overconfident" in html
    assert "They are evenly spaced among all 6,000." in html
