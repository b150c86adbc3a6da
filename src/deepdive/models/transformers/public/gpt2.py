"""GPT-2 as it is published: names of tensors, and of what config.json says (Radford et al., 2019)."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from deepdive.keys import (
    EPS,
    FLAG,
    RATE,
    SIZE,
    Honoured,
    Keys,
    Tell,
    harmless,
    only,
    read_keys,
    refused_unless,
    require,
)
from deepdive.models.transformers.public.configuration import ACTIVATIONS, COMMON, CONFIGURATION, classes_of
from deepdive.models.transformers.public.layout import PublicLayout, Rule

GPT2_LAYOUT = PublicLayout(
    [
        Rule("tokens.embedding.", "wte."),
        Rule("tokens.positions.", "wpe."),
        *(
            Rule(f"stack.blocks.#.self_attention.{name}.", "h.#.attn.c_attn.", part=i, transposed=True)
            for i, name in enumerate(("query", "key", "value"))
        ),
        Rule("stack.blocks.#.self_attention.output.", "h.#.attn.c_proj.", transposed=True),
        Rule("stack.blocks.#.around_self.norm.", "h.#.ln_1."),
        Rule("stack.blocks.#.feed_forward.into.", "h.#.mlp.c_fc.", transposed=True),
        Rule("stack.blocks.#.feed_forward.out.", "h.#.mlp.c_proj.", transposed=True),
        Rule("stack.blocks.#.around_feed_forward.norm.", "h.#.ln_2."),
        Rule("stack.norm.", "ln_f."),
        Rule("output.", "lm_head."),
    ],
    prefix="transformer.",
    passed_over=(r"\.attn\.(masked_)?bias$",),
    tied={"lm_head.weight": "wte.weight"},
    output="lm_head.weight",
)
"""Of `GPT` with learnt positions."""


GPT2_KEYS: Keys = {
    **COMMON,
    "vocab_size": Honoured("vocab_size", SIZE, needed=True),
    "n_positions": Honoured("max_positions", SIZE, needed=True),
    "n_embd": Honoured("hidden_size", SIZE, needed=True),
    "n_head": Honoured("num_heads", SIZE, needed=True),
    "n_layer": Honoured("num_layers", SIZE, needed=True),
    "n_inner": Honoured("ffn_size", SIZE, nullable=True),
    "activation_function": Honoured("activation", ACTIVATIONS),
    "layer_norm_epsilon": Honoured("eps", EPS),
    "resid_pdrop": Honoured("dropout", RATE),
    "attn_pdrop": Honoured("attention_dropout", RATE),
    "embd_pdrop": Honoured("embedding_dropout", RATE),
    "tie_word_embeddings": Honoured("tie_embeddings", FLAG),
    "scale_attn_weights": Honoured("_by_width", FLAG),
    "scale_attn_by_inverse_layer_idx": Honoured("_by_layer", FLAG),
    **harmless(
        "of a head for multiple choice, which is not read here",
        *("summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout"),
    ),
    **harmless("of scores in half precision only", "reorder_and_upcast_attn"),
    **harmless("an older word for n_positions, and never read", "n_ctx"),
    **refused_unless(only("gpt2"), "another family of networks", "model_type"),
    **refused_unless(
        classes_of("GPT2", "GPT2LMHeadModel", "GPT2DoubleHeadsModel"), "another family of networks", "architectures"
    ),
    **refused_unless(
        only(False, None), "it attends to nothing but its own past", "add_cross_attention", "is_encoder_decoder"
    ),
    **refused_unless(only(True, None), "no token attends to later ones", "is_causal"),
    **refused_unless(only("absolute", None), "positions are learnt vectors here", "position_embedding_type"),
    **refused_unless(
        only(None),
        "a second name for n_embd, n_positions, n_head or n_layer, which count",
        *("hidden_size", "max_position_embeddings", "num_attention_heads", "num_hidden_layers"),
    ),
}
"""What each key of a GPT-2's config.json means here."""


def gpt2_arguments(
    configuration: Mapping[str, Any], state: Mapping[str, Tensor] | None = None, *, tell: Tell | None = None
) -> dict[str, Any]:
    """Arguments of `GPT` from a published config.json, by `GPT2_KEYS`.

    With the published ``state``, these decide whether the output is the table of tokens: it is not where both are
    published and differ. Unknown keys are told to ``tell``, or by a warning.

    Raises:
        ValueError: a key is missing, out of its range, or of something unlike GPT-2.
    """
    found = read_keys(configuration, GPT2_KEYS, CONFIGURATION, tell=tell)
    hidden_size = found["hidden_size"]
    require(configuration, "n_positions", found["max_positions"] > 1, "at least 2", CONFIGURATION)
    rule = f"a divisor of n_embd, which is {hidden_size}"
    require(configuration, "n_head", hidden_size % found["num_heads"] == 0, rule, CONFIGURATION)
    by_width, by_layer = found.pop("_by_width", True), found.pop("_by_layer", False)
    if by_layer or not by_width:
        scale = (hidden_size // found["num_heads"]) ** -0.5 if by_width else 1.0
        found["attention_scales"] = [scale / (i + 1 if by_layer else 1) for i in range(found["num_layers"])]
    if state is not None and GPT2_LAYOUT.has_own_output(state):
        found["tie_embeddings"] = False
    return found
