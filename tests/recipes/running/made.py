"""A short run of each kind of recipe, in a folder that must be quoted, on data with hostile names."""

import html
import math
import random

import numpy as np
import polars as pl

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

from ..language.bert.published import publish
from ..language.texts import pairs, story, tagged

WORDS = "fine great dull poor the film was a day who it ? left : ada alan rome paris . 0 1 2 3 4 5 6 7 8 9"
BERT = {"epochs": 1, "batch_size": 16, "max_length": 32}
AT = 'it\'s "my" $(runs)'
HOSTILE = 'prediction"\n<b>$_$'
"""A name of a column that is also one of the schema's, nearly."""


def begin(root, name, **settings):
    recipe = load_recipe(name)
    made = with_preset(recipe.settings_type, settings)
    outcome = runner.start(recipe, made, preset="quick", root=root / AT, console=False)
    assert outcome.problem == ""
    return outcome.run.folder


def frame(rows=80, seed=0):
    """Two columns of numbers, one of words, an identity, a number and classes to be predicted; both are hostile."""
    generator = np.random.default_rng(seed)
    a, b = generator.normal(size=(2, rows)).round(3)
    word = generator.choice(["$x", "<y>", "z\n"], rows)
    kind = np.where(a > 0.3, "input", np.where(b > 0, "notes", "<i>$"))
    number = a - 2 * b + 3
    rare = np.where(np.arange(rows) == 5, 1.0, 0.0)  # constant in one of two folds
    columns = {"Id": range(1, rows + 1), "a": a, "row": b, "word": word, "rare": rare}
    return pl.DataFrame(columns | {HOSTILE: number, "kind": kind})


def _table(root, **settings):
    data = root / "rows.csv"
    frame().write_csv(data)
    return begin(root, "table", data=str(data), epochs=3, hidden=[8], batch_size=16, **settings)


def regression(root):
    return _table(root, target=HOSTILE, ignore=["Id", "kind"])


def classes(root):
    return _table(root, target="kind", ignore=["Id"])


def folds(root):
    return _table(root, target="kind", ignore=["Id", HOSTILE], folds=2)


def multi_output(root):
    frame().write_csv(root / "rows.csv")
    targets = {"targets": [HOSTILE, "kind"], "weights": [1.0, 1.0]}
    return begin(root, "multi-output", data=str(root / "rows.csv"), epochs=2, hidden=[8], **targets)


def images(root):
    return begin(root, "mlp", data="digits", epochs=2, hidden=[16])


def edges(root):
    return begin(root, "edge-kernel", epochs=3)


def siamese(root):
    return begin(root, "siamese", data="digits", epochs=1, image_size=12)


def forecast(root):
    lines = [f"{1990 + i // 12}-{i % 12 + 1:02d},{20 + 8 * math.sin(i / 2):.4f}" for i in range(120)]
    (root / "waves.csv").write_text("\n".join(["Month,step", *lines, ""]))
    return begin(root, "forecast", data=str(root / "waves.csv"), tau=6, epochs=2, ahead=3, horizons=[1, 2])


def language_model(root):
    (root / "story.txt").write_text(story(200), encoding="utf-8")
    return begin(root, "gru-lm", data=str(root / "story.txt"), epochs=1, hidden_size=16, batch_size=8)


def next_word(root):
    (root / "story.txt").write_text(story(200), encoding="utf-8")
    return begin(root, "next-word", data=str(root / "story.txt"), epochs=1, hidden_size=16, batch_size=8)


def n_grams(root):
    (root / "story.txt").write_text(story(200), encoding="utf-8")
    return begin(root, "ngram-lm", data=str(root / "story.txt"), max_order=2)


def translation(root):
    (root / "pairs.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs()), encoding="utf-8")
    small = {"epochs": 2, "batch_size": 8, "embedding_dim": 8, "hidden_size": 8, "test": 8, "validation": 6}
    return begin(root, "seq2seq", data=str(root / "pairs.tsv"), min_frequency=1, **small)


def tags(root):
    (root / "all.conll").write_text(tagged(), encoding="utf-8")
    sizes = {"embedding_dim": 8, "hidden_size": 8, "character_features": 4}
    return begin(root, "tag-sequence", data=str(root / "all.conll"), epochs=2, batch_size=16, **sizes)


def text_classes(root):
    draw = random.Random(0)
    lines = [
        f"the film was {'fine' if i % 2 else 'poor'} {draw.randrange(9)},{'input' if i % 2 else '<b>'}"
        for i in range(90)
    ]
    (root / "own.csv").write_text("\n".join(["text,label", *lines, ""]))
    weights = publish(root / "encoder", [WORDS] * 3)
    return begin(root, "bert-classify", data=str(root / "own.csv"), weights=str(weights), **BERT)


def bag_of_words(root):
    lines = [f"the film was {'fine' if i % 2 else 'poor'} {i},{'input' if i % 2 else '<b>'}" for i in range(90)]
    (root / "own.csv").write_text("\n".join(["text,label", *lines, ""]))
    return begin(root, "classify-text", data=str(root / "own.csv"), epochs=2)


def text_pairs(root):
    lines = [
        f"a fine day,a {'fine' if i % 2 else 'dull'} day,{'same' if i % 2 else 'other'},{i % 2 + i / 90}"
        for i in range(90)
    ]
    (root / "own.csv").write_text("\n".join(["text,second,label,score", *lines, ""]))
    weights = publish(root / "encoder", [WORDS] * 3)
    settings = {"score_column": "score", "weights": str(weights)}
    return begin(root, "bert-pair", data=str(root / "own.csv"), **settings, **BERT)


def text_scores(root):
    lines = [f"the film was {'fine' if i % 2 else 'poor'},{i % 2 + i / 90}" for i in range(90)]
    (root / "own.csv").write_text("\n".join(["text,score", *lines, ""]))
    weights = publish(root / "encoder", [WORDS] * 3)
    settings = {"score_column": "score", "label_column": None, "weights": str(weights)}
    return begin(root, "bert-classify", data=str(root / "own.csv"), **settings, **BERT)


def page(folder):
    """The report as a reader sees it."""
    return html.unescape((folder / "report.html").read_text(encoding="utf-8"))


KINDS = {
    "regression": regression, "classes": classes, "folds": folds, "multi-output": multi_output, "images": images,
    "edges": edges, "siamese": siamese, "forecast": forecast, "language-model": language_model,
    "next-word": next_word, "n-grams": n_grams, "translation": translation, "tags": tags,
    "text-classes": text_classes, "text-pairs": text_pairs, "text-scores": text_scores,
    "bag-of-words": bag_of_words,
}  # fmt: skip
SCHEMA_KINDS = {
    "regression": "regression", "classes": "classification", "folds": "classification", "multi-output": "multi-output",
    "images": "classification", "edges": "image", "siamese": "classification", "forecast": "series",
    "language-model": "text", "next-word": "text", "n-grams": "text", "translation": "text", "tags": "tags",
    "text-classes": "classification", "text-pairs": "classification", "text-scores": "regression",
    "bag-of-words": "classification",
}  # fmt: skip
