"""Every recipe, on data that a test makes, cut down to a few steps."""

import json
import math
import random
from pathlib import Path

import numpy as np
from PIL import Image
from tests.recipes.language.bert.published import publish
from tests.recipes.language.texts import pairs, story, tagged

TRAINED = "--epochs 1 --steps 2 --batch-size 16 --log-every 1"
FOLDER = "FOLDER"
"""Stands in flags for the folder with the data."""


def make_data(folder: Path) -> None:
    """Write a table, a series, images, texts, sentences, questions and an encoder with random weights."""
    draw = random.Random(0)
    rows = [(draw.gauss(100, 25), draw.randint(1, 6), draw.choice(("old", "new"))) for _ in range(80)]
    lines = [f"{a:.1f},{n},{word},{1000 * a + 9000 * n:.0f},{'yes' if n > 3 else 'no'}" for a, n, word in rows]
    _write(folder / "table.csv", ["area,rooms,quarter,price,garden", *lines])
    waves = [20 + 8 * math.sin(math.pi * i / 6) + draw.gauss(0, 0.5) for i in range(200)]
    _write(
        folder / "series.csv",
        ["Month,Level", *(f"{1990 + i // 12}-{i % 12 + 1:02d},{y:.3f}" for i, y in enumerate(waves))],
    )
    _images(folder)
    _write(folder / "story.txt", [story(120)])
    _write(folder / "paragraphs.txt", ["the sun is hot . we like it .", "the moon is cold . we fear it ."] * 40)
    _write(folder / "pairs.tsv", ["\t".join(pair) for pair in pairs()])
    _write(folder / "tags.conll", [tagged(60)])
    words = "fine dull day the film was and long a Ada Smith left saw London who it ? . : 0 1 2 3 4 5 6 7 8 9 (none)"
    kinds = [("fine", "good"), ("dull", "bad")]
    _write(folder / "labels.csv", ["text,label", *(f"the film was {w} {i},{k}" for i in range(40) for w, k in kinds)])
    _write(
        folder / "related.csv",
        ["text,second,label,score", *(f"a {w} day,a fine day,{k},{i % 5}" for i in range(40) for w, k in kinds)],
    )
    (folder / "questions.json").write_text(json.dumps({"version": "1.1", "data": [_questions()]}))
    publish(folder / "encoder", [words] * 3)


_IMAGES = f"--data digits {TRAINED} --validation 200"
_TEXT = f"--data {FOLDER}/story.txt {TRAINED} --num-steps 8"
_PAIRS = f"--data {FOLDER}/pairs.tsv {TRAINED} --test 8 --validation 8"
_PARAGRAPHS = f"--data {FOLDER}/paragraphs.txt {TRAINED}"
_BERT = f"--weights {FOLDER}/encoder {TRAINED} --max-length 24 --data {FOLDER}"
_TABLE = f"--data {FOLDER}/table.csv {TRAINED}"
_SMALL_CNN = f"{_IMAGES} --image-size 32"
FLAGS: dict[str, str] = {
    "linear-regression": f"{TRAINED} --rows 50",
    "polynomial": f"{TRAINED} --rows 30 --max-degree 4 --compared 1 3",
    "softmax-regression": _IMAGES,
    "weight-decay": TRAINED,
    "covariate-shift": f"{_IMAGES} --domain-images 50",
    "label-shift": _IMAGES,
    "mlp": f"{_IMAGES} --hidden 16",
    "table": f"{_TABLE} --target price --hidden 8",
    "house-prices": f"{_TABLE} --target price --hidden 8 --folds 2",
    "mlp-dropout": f"{_IMAGES} --hidden 16",
    "multi-output": f"{_TABLE} --targets price garden --hidden 8",
    "siamese": f"--data digits {TRAINED} --image-size 14",
    "edge-kernel": "--epochs 2",
    "airfoil": f"--data {FOLDER}/table.csv --batch-sizes 4 20 --epochs 1",
    "lenet": f"{_IMAGES} --image-size 28",
    "lenet-batchnorm": f"{_IMAGES} --image-size 28",
    "alexnet": f"{_SMALL_CNN} --channels 4 4 4 4 4 --hidden 8",
    "vgg": f"{_SMALL_CNN} --widths 4 4 4 4 4 --hidden 8",
    "nin": f"{_SMALL_CNN} --channels 4 4 4",
    "googlenet": f"{_SMALL_CNN} --width 0.1",
    "resnet": f"{_SMALL_CNN} --widths 4 4 4",
    "densenet": f"{_SMALL_CNN} --width 4 --growth-rate 4",
    "regnet": f"{_SMALL_CNN} --widths 16 16",
    "design-space": f"{_IMAGES} --samples 2 --workers 1 --stages 2 --stem small --mega-flops 0.1 0.3",
    "forecast": f"--data {FOLDER}/series.csv {TRAINED} --tau 12 --ahead 3",
    "ngram-lm": f"--data {FOLDER}/story.txt --max-order 2",
    "rnn-lm": f"{_TEXT} --hidden-size 8",
    "bptt": f"{TRAINED} --length 6 --rows 100 --hidden 8 --networks tanh gru",
    "lstm-lm": f"{_TEXT} --hidden-size 8",
    "gru-lm": f"{_TEXT} --hidden-size 8",
    "deep-gru-lm": f"{_TEXT} --hidden-size 8",
    "fill-in": f"{_TEXT} --hidden-size 8",
    "seq2seq": f"{_PAIRS} --hidden-size 8 --embedding-dim 8",
    "next-word": f"{_TEXT} --hidden-size 8 --embedding-dim 8",
    "tag-sequence": f"--data {FOLDER}/tags.conll {TRAINED} --hidden-size 8 --character-features 4",
    "kernel-regression": f"--data {FOLDER}/series.csv --bandwidths 3 --steps 2",
    "bahdanau": f"{_PAIRS} --hidden-size 8 --embedding-dim 8 --attention-size 8",
    "optimizers": "--tasks images --optimizers sgd adamw --steps 2 --log-every 1",
    "landscape": "--steps 3 --dimensions 3",
    "sequence-costs": "--lengths 8 16 32 --fixed-width 8 --widths 8 16 32 --fixed-length 8 --repeats 1",
    "transformer": f"{_PAIRS} --hidden-size 8 --num-heads 2 --ffn-size 8",
    "vit": f"{_IMAGES} --patch-size 4 --hidden-size 8 --num-heads 2 --ffn-size 8 --num-layers 1",
    "gpt-pretrain": f"{_TEXT} --hidden-size 8 --num-heads 2",
    "t5-pretrain": f"{_PARAGRAPHS} --vocab-size 300 --hidden-size 8 --head-dim 4 --window 12",
    "bert-pretrain": f"{_PARAGRAPHS} --vocab-size 90 --hidden-size 8 --max-length 20",
    "augmentation": f"{_IMAGES} --examples 100 --widths 4 4 4 4",
    "fine-tune": f"--data FOLDER/images --weights FOLDER/weights.safetensors {TRAINED} --image-size 32",
    "cifar10": f"{_IMAGES} --widths 4 4 4 4",
    "image-folder": f"--data {FOLDER}/images {TRAINED} --image-size 16 --architecture lenet",
    "bert-classify": f"{_BERT}/labels.csv",
    "classify-text": f"--data {FOLDER}/labels.csv {TRAINED}",
    "bert-qa": f"{_BERT}/questions.json --max-question-length 8 --overlap 4",
    "bert-tag": f"{_BERT}/tags.conll",
    "bert-pair": f"{_BERT}/related.csv --score-column score",
}


def words_of(recipe: str, folder: Path) -> list[str]:
    """The flags of a recipe's short run."""
    return FLAGS[recipe].replace(FOLDER, str(folder)).split()


def _images(folder: Path) -> None:
    from deepdive.models.vision import EfficientNetLite
    from deepdive.training import save_weights

    generator = np.random.default_rng(0)
    for place, label in enumerate(("reddish", "greenish", "bluish")):
        (folder / "images" / label).mkdir(parents=True)
        for i in range(12):
            pixels = generator.integers(0, 150, (20, 22, 3), dtype=np.uint8)
            pixels[..., place] += 60
            Image.fromarray(pixels).save(folder / "images" / label / f"{i:02}.png")
    save_weights(folder / "weights.safetensors", EfficientNetLite(7))


def _questions() -> dict[str, object]:
    paragraphs = []
    for i in range(60):
        answer = {"text": "Ada", "answer_start": len(f"{i} : ")}
        asked = {"id": f"{i}", "question": "who left ?", "answers": [answer]}
        paragraphs.append({"context": f"{i} : Ada left London .", "qas": [asked]})
    return {"title": "made", "paragraphs": paragraphs}


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
