"""Small files of every kind that is read."""

import csv
import io
import json
import struct
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import polars as pl
import torch
from PIL import Image
from safetensors.torch import load, save

from deepdive.data.subwords import Subwords
from deepdive.data.text import Vocabulary
from deepdive.training.runs.checkpoints import save_checkpoint
from deepdive.training.runs.run import Run


def rows_of(columns, count=40):
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for i in range(count):
        known = {
            "id": i,
            "n": f"{i * 0.37:.3f}",
            "w": ("red", 'a "b", c', "x\ny")[i % 3],
            "label": ("pos", "neg")[i % 2],
        }
        known |= {"date": f"20{i // 12 + 10}-{i % 12 + 1:02d}-01", "text": f"a film, number {i}", "second": f"word {i}"}
        known |= {"split": ("train", "test")[i % 3 == 0], "image": f"{i % 6}.png"}
        writer.writerow([known[name] for name in columns])
    return buffer.getvalue().encode()


TABLE = rows_of(["id", "n", "w", "label"])
PLAIN = TABLE.replace(b'"', b"").replace(b", c", b"").replace(b"x\ny", b"x").replace(b",", b"\t")
CONLL = (
    b"".join(b"%s NN B-PER\nlived NN O\nin X O\nBr\xc3\xbcnn X B-LOC\n\n" % name for name in (b"Ada", b"J\xc2\xa0B"))
    * 3
)
PAIRS = "Go.\tVa !\tCC-BY\nHi!\tSalut\u202f!\tCC-BY\nRun!\tCours\u202f!\tCC-BY\n".encode() * 3
SQUAD = json.dumps(
    {
        "version": "1.1",
        "data": [
            {
                "title": "t",
                "paragraphs": [
                    {
                        "context": f"Ada {i} lived in London.",
                        "qas": [
                            {
                                "id": str(i),
                                "question": "Where?",
                                "answers": [{"text": "London", "answer_start": 14 + len(str(i))}],
                            }
                        ],
                    }
                    for i in range(3)
                ],
            }
        ],
    }
).encode()


def image(form="PNG", mode="RGB", size=(9, 7), shade=100):
    buffer = io.BytesIO()
    image = Image.new(mode, size)
    image.putdata([shade + i % 100 if mode == "L" else (shade, i % 250, 30) for i in range(size[0] * size[1])])
    image.save(buffer, form)
    return buffer.getvalue()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members, mode="w"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def parquet():
    buffer = io.BytesIO()
    pl.DataFrame({"n": [1.5, None, 3.0], "k": [1, 2, 3], "w": ["a", "b", None]}).write_parquet(buffer)
    return buffer.getvalue()


CLASSES = {f"{name}/{i}.png": image(shade=50 + 20 * i + 80 * (name == "b")) for name in "ab" for i in range(3)}
MIXED = {
    "a/1.png": image(), "a/2.jpg": image("JPEG"), "a/3.gif": image("GIF"), "b/1.bmp": image("BMP"),
    "b/2.tiff": image("TIFF"), "b/3.webp": image("WEBP"), "b/4.ppm": image("PPM"), "b/5.png": image("PNG", "L"),
}  # fmt: skip


def idx():
    return struct.pack(">HBBIII", 0, 8, 3, 2, 3, 4) + bytes(range(24))


@cache
def published():
    subwords = Subwords.word_pieces(["Ada lived in London", "a cat sat on the mat"], 80)
    sizes = {
        "model_type": "bert", "vocab_size": len(subwords), "hidden_size": 8, "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 8, "max_position_embeddings": 16, "type_vocab_size": 2, "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
    }  # fmt: skip
    state = {f"encoder.layer.0.{name}": torch.ones(3, 2) * i for i, name in enumerate(("query", "key", "value"))}
    return {
        "config.json": json.dumps(sizes).encode(),
        "tokenizer.json": subwords.to_json().encode(),
        "tokenizer_config.json": json.dumps({"do_lower_case": True, "cls_token": "[CLS]"}).encode(),
        "special_tokens_map.json": json.dumps({"cls_token": "[CLS]", "unk_token": "[UNK]"}).encode(),
        "model.safetensors": save(state),
    }


def of_pieces():
    content = published()
    pieces = json.loads(content["tokenizer.json"])["model"]["vocab"]
    words = "\n".join(sorted(pieces, key=pieces.__getitem__)).encode()
    return {"vocab.txt": words} | {name: value for name, value in content.items() if name != "tokenizer.json"}


def in_shards():
    content = dict(published())
    state = load(content.pop("model.safetensors"))
    names = sorted(state)
    parts = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    index = {
        "metadata": {"total_size": sum(value.nbytes for value in state.values())},
        "weight_map": {name: part for part, some in parts.items() for name in some},
    }
    content |= {part: save({name: state[name] for name in some}) for part, some in parts.items()}
    return content | {"model.safetensors.index.json": json.dumps(index).encode()}


def of_byte_pairs():
    content = json.loads(Subwords.byte_pairs(["a cat sat on the mat", "the cat"], 270).to_json())["model"]
    merges = ["#version: 0.2", *(" ".join(pair) if isinstance(pair, list) else pair for pair in content["merges"])]
    return {
        "vocab.json": json.dumps(content["vocab"]).encode(),
        "merges.txt": "\n".join(merges).encode(),
        "tokenizer_config.json": json.dumps({"unk_token": "<|endoftext|>"}).encode(),
        "added_tokens.json": json.dumps({"<|endoftext|>": content["vocab"]["<|endoftext|>"]}).encode(),
    }


@cache
def run_files():
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create("lenet", {"lr": 0.1, "hidden": [1, 2]}, root=Path(folder))
        run.write_json("inputs.json", {"labels": ["a", "b"], "spec": {"height": 2}})
        run.write_json("result.json", {"metrics": {"a": 0.5}, "passed": True})
        path = Path(folder, "last.safetensors")
        save_checkpoint(
            path, {"model": {"w": torch.ones(2, 3), "b": torch.zeros(1)}, "step": 3, "at": (1, [None, "x"])}
        )
        records = [
            {"kind": "train", "epoch": 1, "step": 2, "loss": 0.5},
            {"kind": "epoch", "epoch": 1, "step": 2, "a": None},
        ]
        return {
            "run.json": (run.folder / "run.json").read_bytes(),
            "inputs.json": (run.folder / "inputs.json").read_bytes(),
            "result.json": (run.folder / "result.json").read_bytes(),
            "metrics.jsonl": "".join(json.dumps(each) + "\n" for each in records).encode(),
            "last.safetensors": path.read_bytes(),
        }


def vocabulary():
    text = Vocabulary({"a": 3, "b": 2, "c": 1}, reserved=("<pad>",)).to_json()
    return {"v.json": text.encode()}


STRUCTURE = {
    "model": {"w": {"$tensor": "w"}},
    "at": {"$tuple": [1, [None, "x"]]},
    "by": {"$pairs": [[1, {"$tensor": "w"}]]},
}
