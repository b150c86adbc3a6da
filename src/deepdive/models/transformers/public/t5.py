"""T5 as it is published: names of tensors, and of what config.json says (Raffel et al., 2020)."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from torch import Tensor

from deepdive.keys import (
    EPS,
    FLAG,
    RATE,
    SIZE,
    Honoured,
    Keys,
    Kind,
    Tell,
    harmless,
    only,
    read_keys,
    refused_unless,
    require,
)
from deepdive.models.transformers.core.feed_forward import Activation
from deepdive.models.transformers.public.configuration import ACTIVATIONS, COMMON, CONFIGURATION, classes_of
from deepdive.models.transformers.public.layout import PublicLayout, Rule


def _attention(ours: str, theirs: str) -> Iterator[Rule]:
    for name, letter in (("query", "q"), ("key", "k"), ("value", "v"), ("output", "o")):
        yield Rule(f"{ours}.{name}.", f"{theirs}.{letter}.")


def _stack(name: str, *, cross: bool) -> Iterator[Rule]:
    ours, theirs, last = f"{name}.blocks.#", f"{name}.block.#.layer", 2 if cross else 1
    yield Rule(f"{name}.relative.table.", f"{name}.block.0.layer.0.SelfAttention.relative_attention_bias.")
    yield from _attention(f"{ours}.self_attention", f"{theirs}.0.SelfAttention")
    yield Rule(f"{ours}.around_self.norm.", f"{theirs}.0.layer_norm.")
    if cross:
        yield from _attention(f"{ours}.cross_attention", f"{theirs}.1.EncDecAttention")
        yield Rule(f"{ours}.around_cross.norm.", f"{theirs}.1.layer_norm.")
    # The first version has one matrix to go in, version 1.1 two, the first of which is the gate.
    yield Rule(f"{ours}.feed_forward.gate.", f"{theirs}.{last}.DenseReluDense.wi_0.")
    yield Rule(f"{ours}.feed_forward.into.", f"{theirs}.{last}.DenseReluDense.wi.")
    yield Rule(f"{ours}.feed_forward.out.", f"{theirs}.{last}.DenseReluDense.wo.")
    yield Rule(f"{ours}.around_feed_forward.norm.", f"{theirs}.{last}.layer_norm.")
    yield Rule(f"{name}.norm.0.", f"{name}.final_layer_norm.")


T5_LAYOUT = PublicLayout(
    [
        Rule("source.embedding.", "shared."),
        Rule("target.embedding.", "decoder.embed_tokens."),
        *_stack("encoder", cross=False),
        *_stack("decoder", cross=True),
        Rule("output.", "lm_head."),
    ],
    prefix="transformer.",
    passed_over=(r"EncDecAttention\.relative_attention_bias",),
    respelt={".wi_1.": ".wi."},
    tied={"decoder.embed_tokens.weight": "shared.weight", "lm_head.weight": "shared.weight"},
    output="lm_head.weight",
    copies={"encoder.embed_tokens.weight": "shared.weight"},
)
"""Of `T5`."""


T5_KEYS: Keys = {
    **COMMON,
    "vocab_size": Honoured("vocab_size", SIZE, needed=True),
    "d_model": Honoured("hidden_size", SIZE, needed=True),
    "num_heads": Honoured("num_heads", SIZE, needed=True),
    "num_layers": Honoured("num_layers", SIZE, needed=True),
    "d_ff": Honoured("ffn_size", SIZE, needed=True),
    "d_kv": Honoured("head_dim", SIZE, needed=True),
    "num_decoder_layers": Honoured("num_decoder_layers", SIZE, nullable=True),
    "relative_attention_num_buckets": Honoured("num_buckets", SIZE),
    "relative_attention_max_distance": Honoured("max_distance", SIZE),
    "dropout_rate": Honoured("dropout", RATE),
    "layer_norm_epsilon": Honoured("eps", EPS),
    "feed_forward_proj": Honoured("_projection", Kind("a name", lambda value: isinstance(value, str))),
    "dense_act_fn": Honoured("_function", ACTIVATIONS),
    "is_gated_act": Honoured("_gated", FLAG),
    "tie_word_embeddings": Honoured("tie_embeddings", FLAG),
    "scale_decoder_outputs": Honoured("scale_decoder_outputs", FLAG),
    **harmless("positions are distances, which have no end", "n_positions"),
    **refused_unless(only("t5"), "another family of networks", "model_type"),
    **refused_unless(classes_of("T5", "T5WithLMHeadModel"), "another family of networks", "architectures"),
    **refused_unless(only(True), "an encoder and a decoder are built", "is_encoder_decoder"),
    **refused_unless(only(False, None), "an encoder and a decoder are built", "is_decoder", "add_cross_attention"),
    **refused_unless(only(None), "the encoder is bidirectional, and the decoder causal", "is_causal"),
    **refused_unless(only(0, None), "a target begins with token 0", "decoder_start_token_id"),
    **refused_unless(
        only(None),
        "a second name for d_model, num_heads, num_layers or d_kv, which count",
        *("hidden_size", "num_attention_heads", "num_hidden_layers", "head_dim"),
    ),
}
"""What each key of a T5's config.json means here."""


def t5_arguments(
    configuration: Mapping[str, Any], state: Mapping[str, Tensor] | None = None, *, tell: Tell | None = None
) -> dict[str, Any]:
    """Arguments of `T5` from a published config.json, by `T5_KEYS`.

    What is scaled by ``1 / √hidden_size`` before the output is what ``scale_decoder_outputs`` says, or else, in files
    that are older than that key, ``tie_word_embeddings``. With the published ``state``, it decides whether the output
    is the table of tokens: it is not where both are published and differ. Without, an output that is not scaled is its
    own. Unknown keys are told to ``tell``, or by a warning.

    Raises:
        ValueError: a key is missing, out of its range, or of something unlike T5.
    """
    found = read_keys(configuration, T5_KEYS, CONFIGURATION, tell=tell)
    buckets = found.get("num_buckets", 32)
    require(configuration, "relative_attention_num_buckets", buckets > 3, "at least 4", CONFIGURATION)
    far, least = "relative_attention_max_distance", buckets // 2
    require(
        configuration, far, found.get("max_distance", 128) > least, f"above {least}, half of the buckets", CONFIGURATION
    )
    found["activation"] = _activation(
        found.pop("_projection", "relu"), found.pop("_function", None), found.pop("_gated", None)
    )
    found.setdefault("scale_decoder_outputs", found.get("tie_embeddings", True))
    if state is not None:
        found["tie_embeddings"] = not T5_LAYOUT.has_own_output(state)
    else:
        found["tie_embeddings"] = found.get("tie_embeddings", True) and found["scale_decoder_outputs"]
    return found


def _activation(projection: str, function: str | None, gated: bool | None) -> str:
    """That of the feed-forward networks; what later files say beside ``feed_forward_proj`` counts more."""
    name = projection.removeprefix("gated-")
    # Of the plain name gelu, the gated form takes the tanh form.
    known = ACTIVATIONS.accepts(name)
    plain = "gelu-tanh" if projection == "gated-gelu" else ACTIVATIONS.ours(name) if known else None
    plain = plain if function is None else function
    gated = projection.startswith("gated-") if gated is None else gated
    ours = None if plain is None else f"gated-{plain.removesuffix('-tanh')}" if gated else plain
    if ours is None or ours not in get_args(Activation) or (gated and plain == "gelu"):
        given = f"{projection!r}, dense_act_fn {function!r} and is_gated_act {gated}"
        raise ValueError(
            f"feed_forward_proj must be {ACTIVATIONS.rule}, or gated- and one of these, got {given} in {CONFIGURATION}"
        )
    return ours
