"""A small encoder with random weights, published as a real one is."""

import json

import transformers
from safetensors.torch import save_file

from deepdive.data.subwords import Subwords


def publish(folder, texts, *, places=64):
    """Write config.json, model.safetensors and tokenizer.json, whose pieces are learnt from ``texts``."""
    folder.mkdir(exist_ok=True)
    subwords = Subwords.word_pieces(texts, 200)
    sizes = transformers.BertConfig(
        vocab_size=len(subwords),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=places,
    )
    save_file(transformers.BertModel(sizes).state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(sizes.to_dict()))
    (folder / "tokenizer.json").write_text(subwords.to_json())
    return folder
