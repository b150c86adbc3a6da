"""BERT as it is published: names of tensors, and of what config.json says (Devlin et al., 2019)."""

from collections.abc import Mapping
from typing import Any

from deepdive.models.transformers.public.configuration import expect, values
from deepdive.models.transformers.public.layout import PublicLayout, Rule

_BLOCK = {
    "self_attention.query.": "attention.self.query.",
    "self_attention.key.": "attention.self.key.",
    "self_attention.value.": "attention.self.value.",
    "self_attention.output.": "attention.output.dense.",
    "around_self.norm.": "attention.output.LayerNorm.",
    "feed_forward.into.": "intermediate.dense.",
    "feed_forward.out.": "output.dense.",
    "around_feed_forward.norm.": "output.LayerNorm.",
}
_ENCODER = {
    "embedding.": "embeddings.word_embeddings.",
    "types.": "embeddings.token_type_embeddings.",
    "positions.": "embeddings.position_embeddings.",
    "norm.": "embeddings.LayerNorm.",
    "pooler.": "pooler.dense.",
} | {f"stack.blocks.#.{ours}": f"encoder.layer.#.{theirs}" for ours, theirs in _BLOCK.items()}
_HEADS = {
    "transform.0.": "cls.predictions.transform.dense.",
    "transform.2.": "cls.predictions.transform.LayerNorm.",
    "output.weight": "cls.predictions.decoder.weight",
    "output.bias": "cls.predictions.bias",
    "is_next.": "cls.seq_relationship.",
}

BERT_LAYOUT = PublicLayout(
    [Rule(prefix + ours, prefix + theirs) for prefix in ("", "bert.") for ours, theirs in _ENCODER.items()]
    + [Rule(ours, theirs) for ours, theirs in _HEADS.items()],
    prefix="bert.",
    passed_over=(r"embeddings\.position_ids$", r"^(bert\.)?pooler\.", r"^cls\.predictions\.decoder\.bias$"),
    tied={"cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight"},
    respelt={"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"},
)
"""Of `BERT` and `BERTForPretraining`; a greater network's encoder is found by its prefix."""


def bert_arguments(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `BERT` from a published config.json.

    Raises:
        ValueError: something that is needed is missing or unlike BERT.
    """
    expect(configuration, "hidden_act", "gelu")
    expect(configuration, "position_embedding_type", "absolute")
    return values(
        configuration,
        {
            "vocab_size": "vocabulary_size",
            "hidden_size": "width",
            "num_attention_heads": "heads",
            "num_hidden_layers": "layers",
            "intermediate_size": "hidden",
            "max_position_embeddings": "places",
            "type_vocab_size": "types",
        },
        {"hidden_dropout_prob": "dropout", "layer_norm_eps": "eps"},
    )
