"""GPT-2 as it is published: names of tensors, and of what config.json says (Radford et al., 2019)."""

from collections.abc import Mapping
from typing import Any

from deepdive.models.transformers.public.configuration import expect, values
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
)
"""Of `GPT` with learnt positions."""


def gpt2_arguments(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `GPT` from a published config.json.

    Raises:
        ValueError: something that is needed is missing or unlike GPT-2.
    """
    expect(configuration, "activation_function", "gelu_new", "gelu_pytorch_tanh")
    expect(configuration, "scale_attn_by_inverse_layer_idx", False)
    return values(
        configuration,
        {
            "vocab_size": "vocabulary_size",
            "n_positions": "context",
            "n_embd": "width",
            "n_head": "heads",
            "n_layer": "layers",
        },
        {"n_inner": "hidden", "resid_pdrop": "dropout", "layer_norm_epsilon": "eps"},
    )
