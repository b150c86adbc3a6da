"""Every reader of files, with small files that it reads: what is damaged in the tests."""

import bz2
import gzip
import json
import lzma
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save
from tests.fuzz.files import (
    CLASSES,
    CONLL,
    MIXED,
    PAIRS,
    PLAIN,
    SQUAD,
    STRUCTURE,
    TABLE,
    idx,
    image,
    in_shards,
    of_byte_pairs,
    of_pieces,
    parquet,
    published,
    rows_of,
    run_files,
    tarred,
    vocabulary,
    zipped,
)

from deepdive.data.delimited import read_delimited
from deepdive.data.images.decode import decode_image, image_form
from deepdive.data.images.folders.decoding import ImageOptions
from deepdive.data.images.folders.labelled import read_labelled
from deepdive.data.images.folders.loose import read_loose
from deepdive.data.images.folders.reading import read_folder
from deepdive.data.images.idx import read_idx
from deepdive.data.questions import read_squad
from deepdive.data.sentences import read_columns, read_sick, read_sst2
from deepdive.data.series import read_series
from deepdive.data.subwords import Subwords, read_published
from deepdive.data.tables import read_table
from deepdive.data.tagging import read_conll
from deepdive.data.text import Vocabulary, read_text, read_texts
from deepdive.data.translation import read_pairs
from deepdive.models.transformers.public import bert_arguments
from deepdive.training.listeners.metrics_file import read_metrics
from deepdive.training.runs.checkpoints import FORMAT, _checksum, load_checkpoint
from deepdive.training.runs.run import Run


@dataclass(frozen=True)
class Subject:
    """A reader."""

    files: Callable[[], Mapping[str, bytes]]
    """Files by name, of which one is damaged at a time; called once."""
    read: Callable[[Path], object]
    """What reads them, given their folder."""
    damage: tuple[str, ...] = ()
    """The files to damage; all of them if none is named."""
    packed: Callable[[bytes], bytes] | None = None
    """What is done to the damaged content: a checksum that fits, so that readers look further."""
    json: bool = False
    """Whether what the files say is damaged as well as their bytes."""


def read_network(folder):
    with warnings.catch_warnings(action="ignore"):  # keys that are told to have no effect
        found = read_published(str(folder))
        bert_arguments(found.configuration)
    return found.subwords.encode(["Ada lived"], max_length=16)


def read_pieces(folder):
    with warnings.catch_warnings(action="ignore"):
        return Subwords.from_folder(folder).encode(["Ada lived"], max_length=16)


def read_run(folder):
    run = Run.open(folder)
    return run.result, run.read_json("inputs.json"), read_metrics(folder / "metrics.jsonl")


def read_structure(folder):
    """A checkpoint with a checksum that fits, whatever it says."""
    structure, tensors = (folder / "content.json").read_bytes().decode("utf-8", "replace"), {"w": torch.ones(2, 3)}
    path = folder / "content.json.safetensors"
    path.write_bytes(save(tensors, {"deepdive": f"{FORMAT} {_checksum(tensors, structure)} {structure}"}))
    return load_checkpoint(path)


def one(name: str, data: bytes, read: Callable[[Path], object], **options) -> Subject:
    """One file and its reader."""
    return Subject(lambda: {name: data}, lambda folder: read(folder / name), **options)


def pieces_of_text(path):
    return read_text(path), read_texts(path)


OPTIONS = ImageOptions((8, 8), 1, "pad", False, False)

SUBJECTS: dict[str, Subject] = {
    "delimited": one("f.csv", TABLE, lambda path: (r := read_delimited(path), r.rows, r.where(0))),
    "delimited by tabs": one("f.tsv", PLAIN, lambda path: read_delimited(path).rows),
    "delimited text": one("f.txt", PLAIN, lambda path: read_delimited(path, whitespace=True).rows),
    "table": one("f.csv", TABLE, read_table),
    "table by tabs": one("f.tab", PLAIN, read_table),
    "table by white space": one("f.dat", b"a b c\n" + b"1 2.5 x\n2 3.5 y\n" * 9, read_table),
    "table without header": one(
        "f.csv", TABLE.split(b"\n", 1)[1], lambda path: read_table(path, columns=("i", "n", "w", "l"))
    ),
    "table in gz": one("f.csv.gz", gzip.compress(TABLE), read_table),
    "table in xz": one("f.csv.xz", lzma.compress(TABLE), read_table),
    "table in bz2": one("f.csv.bz2", bz2.compress(TABLE), read_table),
    "table in zip": one("f.zip", zipped({"f.csv": TABLE}), read_table),
    "table in zip, lzma": one("f.zip", zipped({"f.csv": TABLE}, zipfile.ZIP_LZMA), read_table),
    "table in zip, bz2": one("f.zip", zipped({"f.csv": TABLE, "b/": b""}, zipfile.ZIP_BZIP2), read_table),
    "damaged table in gz": one("f.csv.gz", TABLE, read_table, packed=gzip.compress),
    "parquet": one("f.parquet", parquet(), read_table),
    "series": one("f.csv", rows_of(["date", "n"]), read_series),
    "series, one of several": one(
        "f.csv", rows_of(["id", "date", "w", "n"]), lambda path: read_series(path, "n", order="sort")
    ),
    "series of periods": one(
        "f.csv", b"Month,v\n" + b"".join(b"1-%02d,%d\n" % (i % 12 + 1, i) for i in range(24)), read_series
    ),
    "tagged": one("train", CONLL, read_conll),
    "tagged by tabs": one("train.tsv", CONLL.replace(b" NN", b"").replace(b" X", b"").replace(b" ", b"\t"), read_conll),
    "text": one("f.txt", "Ada lived.\nIn Brünn — \u2028 once.\r\n".encode() * 5, pieces_of_text),
    "questions": one("f.json", SQUAD, read_squad, json=True),
    "pairs": one("f.txt", PAIRS, read_pairs),
    "pairs in zip": one("f.zip", zipped({"fra.txt": PAIRS, "_about.txt": b"x"}), read_pairs),
    "sentences": one("f.csv", rows_of(["text", "label", "split"]), lambda path: read_columns(path)),
    "sentences, pairs": one(
        "f.tsv",
        rows_of(["text", "second", "n"]).replace(b",", b"\t"),
        lambda path: read_columns(path, second="second", label=None, score="n"),
    ),
    "sst2": one("f.tsv", b"a fine film\t1\ndull\t0\n" * 5, read_sst2),
    "sick": one(
        "f.txt",
        b"pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n" + b"1\ta\tb\t4.5\tNEUTRAL\n" * 5,
        read_sick,
    ),
    "vocabulary": Subject(vocabulary, lambda folder: Vocabulary.load(folder / "v.json"), json=True),
    "idx": one("f-idx3-ubyte", idx(), read_idx),
    "image": Subject(
        lambda: {name.replace("/", ""): data for name, data in MIXED.items()},
        lambda folder: [
            (image_form(path), decode_image(path, channels=1, size=(8, 8))) for path in sorted(folder.iterdir())
        ],
    ),
    "image folder": Subject(lambda: MIXED, lambda folder: read_folder(folder, image_size=(8, 8))),
    "labelled images": Subject(
        lambda: {"labels.csv": rows_of(["image", "label"], 6)} | {f"p/{i}.png": image(shade=40 + i) for i in range(6)},
        lambda folder: read_labelled(folder / "p", folder / "labels.csv", OPTIONS),
    ),
    "images in zip": one("f.zip", zipped(CLASSES), lambda path: read_folder(path, image_size=(8, 8))),
    "loose images in zip": one("f.zip", zipped(CLASSES, zipfile.ZIP_STORED), lambda path: read_loose(path, OPTIONS)),
    "images in tar": one("f.tar", tarred(CLASSES), lambda path: read_folder(path, image_size=(8, 8))),
    "images in tar.gz": one(
        "f.tgz", tarred(CLASSES), lambda path: read_folder(path, image_size=(8, 8)), packed=gzip.compress
    ),
    "images in tar.xz": one("f.tar.xz", tarred(CLASSES, "w:xz"), lambda path: read_folder(path, image_size=(8, 8))),
    "published network": Subject(published, read_network, json=True),
    "published network in parts": Subject(
        in_shards, read_network, damage=("model.safetensors.index.json", "model-1.safetensors"), json=True
    ),
    "word pieces": Subject(of_pieces, read_network, damage=("vocab.txt", "tokenizer_config.json"), json=True),
    "byte pairs": Subject(of_byte_pairs, read_pieces, json=True),
    "run folder": Subject(
        run_files, read_run, damage=("run.json", "inputs.json", "result.json", "metrics.jsonl"), json=True
    ),
    "structure of a checkpoint": one(
        "content.json", json.dumps(STRUCTURE).encode(), lambda path: read_structure(path.parent), json=True
    ),
    "checkpoint": Subject(
        run_files, lambda folder: load_checkpoint(folder / "last.safetensors"), damage=("last.safetensors",)
    ),
}
