"""BERT as it is published: names of tensors, and of what config.json says (Devlin et al., 2019)."""

from collections.abc import Mapping
from typing import Any

from deepdive.keys import EPS, RATE, SIZE, Honoured, Keys, Tell, harmless, only, read_keys, refused_unless, require
from deepdive.models.transformers.public.configuration import ACTIVATIONS, COMMON, CONFIGURATION, classes_of
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
    "output.bias": "cls.predictions.decoder.bias",
    "is_next.": "cls.seq_relationship.",
}

BERT_LAYOUT = PublicLayout(
    [Rule(prefix + ours, prefix + theirs) for prefix in ("", "bert.") for ours, theirs in _ENCODER.items()]
    + [Rule(ours, theirs) for ours, theirs in _HEADS.items()],
    prefix="bert.",
    passed_over=(r"embeddings\.(position|token_type)_ids$", r"^(bert\.)?pooler\."),
    tied={"cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight"},
    output="cls.predictions.decoder.weight",
    fallbacks={"cls.predictions.decoder.bias": "cls.predictions.bias"},
    respelt={"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"},
)
"""Of `BERT` and `BERTForPretraining`; a greater network's encoder is found by its prefix."""


BERT_KEYS: Keys = {
    **COMMON,
    "vocab_size": Honoured("vocab_size", SIZE, needed=True),
    "hidden_size": Honoured("hidden_size", SIZE, needed=True),
    "num_attention_heads": Honoured("num_heads", SIZE, needed=True),
    "num_hidden_layers": Honoured("num_layers", SIZE, needed=True),
    "intermediate_size": Honoured("ffn_size", SIZE, needed=True),
    "max_position_embeddings": Honoured("max_positions", SIZE, needed=True),
    "type_vocab_size": Honoured("type_vocab_size", SIZE, needed=True),
    "hidden_act": Honoured("activation", ACTIVATIONS),
    "layer_norm_eps": Honoured("eps", EPS),
    "hidden_dropout_prob": Honoured("dropout", RATE),
    "attention_probs_dropout_prob": Honoured("attention_dropout", RATE),
    **harmless(
        "of the head: whether it has a table of its own is BERTForPretraining's tie_embeddings", "tie_word_embeddings"
    ),
    **harmless(
        "of the first published files, and never read",
        *(
            "pooler_fc_size",
            "pooler_num_attention_heads",
            "pooler_num_fc_layers",
            "pooler_size_per_head",
            "pooler_type",
        ),
    ),
    **refused_unless(only("bert"), "another family of networks", "model_type"),
    **refused_unless(classes_of("Bert", "BertLMHeadModel"), "another family of networks", "architectures"),
    **refused_unless(only("absolute", None), "positions are learnt vectors here", "position_embedding_type"),
    **refused_unless(
        only(False, None),
        "this encoder is bidirectional, and attends to nothing else",
        *("is_decoder", "add_cross_attention", "is_encoder_decoder", "is_causal"),
    ),
    **refused_unless(only("bidi"), "this encoder is bidirectional", "directionality"),
}
"""What each key of a BERT's config.json means here."""


def bert_arguments(configuration: Mapping[str, Any], *, tell: Tell | None = None) -> dict[str, Any]:
    """Arguments of `BERT` from a published config.json, by `BERT_KEYS`.

    Unknown keys are told to ``tell``, or by a warning.

    Raises:
        ValueError: a key is missing, out of its range, or of something unlike BERT.
    """
    found = read_keys(configuration, BERT_KEYS, CONFIGURATION, tell=tell)
    hidden_size = found["hidden_size"]
    rule = f"a divisor of hidden_size, which is {hidden_size}"
    require(configuration, "num_attention_heads", hidden_size % found["num_heads"] == 0, rule, CONFIGURATION)
    return found
