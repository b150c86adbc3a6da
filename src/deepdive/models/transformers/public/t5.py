"""T5 as it is published: names of tensors, and of what config.json says (Raffel et al., 2020)."""

from collections.abc import Iterator, Mapping
from typing import Any

from deepdive.models.transformers.public.configuration import expect, values
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
    passed_over=(r"^encoder\.embed_tokens\.weight$", r"EncDecAttention\.relative_attention_bias"),
    respelt={".wi_1.": ".wi."},
    tied={"decoder.embed_tokens.weight": "shared.weight", "lm_head.weight": "shared.weight"},
)
"""Of `T5`."""


def t5_arguments(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `T5` from a published config.json.

    Raises:
        ValueError: something that is needed is missing or unlike T5.
    """
    expect(configuration, "feed_forward_proj", "relu", "gated-gelu")
    found = values(
        configuration,
        {
            "vocab_size": "vocabulary_size",
            "d_model": "width",
            "num_heads": "heads",
            "num_layers": "layers",
            "d_ff": "hidden",
            "d_kv": "head_width",
        },
        {
            "num_decoder_layers": "decoder_layers",
            "relative_attention_num_buckets": "buckets",
            "relative_attention_max_distance": "furthest",
            "dropout_rate": "dropout",
            "layer_norm_epsilon": "eps",
            "tie_word_embeddings": "tied",
        },
    )
    return found | {"gated": configuration.get("feed_forward_proj") == "gated-gelu"}
