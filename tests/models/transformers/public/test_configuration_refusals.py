"""Keys of a published config.json that say what is not built: refused, or told, by name."""

import math

import pytest

from deepdive.models.transformers.public import t5_arguments

from .families import FAMILIES, T5_SIZES

REFUSED = {
    "bert": {
        "model_type": "roberta",
        "architectures": ["RobertaModel"],
        "position_embedding_type": "relative_key_query",
        "is_decoder": True,
        "add_cross_attention": True,
        "is_encoder_decoder": True,
        "is_causal": True,
        "hidden_act": "quick_gelu",
        "pruned_heads": {"0": [1]},
        "quantization_config": {"bits": 8},
        "rope_theta": 10000.0,
        "directionality": "left",
        "layer_norm_eps": math.nan,
        "hidden_dropout_prob": 1.5,
        "hidden_size": True,
        "vocab_size": "19",
        "max_position_embeddings": 11.0,
        "num_attention_heads": 5,
        "intermediate_size": None,
    },
    "gpt2": {
        "model_type": "gptj",
        "architectures": ["GPTNeoForCausalLM"],
        "activation_function": "relu2",
        "add_cross_attention": True,
        "is_causal": False,
        "hidden_size": 24,
        "num_key_value_heads": 1,
        "scale_attn_weights": "false",
        "tie_word_embeddings": 0,
        "n_inner": -1,
        "n_head": 5,
        "n_positions": 1,
        "per_layer_config": {"0": {"n_head": 3}},
        "auto_map": {"AutoModel": "own.py"},
        "embd_pdrop": None,
    },
    "t5": {
        "model_type": "mt5",
        "architectures": ["UMT5Model"],
        "feed_forward_proj": "gated-relu2",
        "dense_act_fn": "mish",
        "is_encoder_decoder": False,
        "is_decoder": True,
        "decoder_start_token_id": 3,
        "tie_encoder_decoder": True,
        "head_dim": 7,
        "relative_attention_num_buckets": 2,
        "relative_attention_max_distance": 8,
        "scale_decoder_outputs": None,
    },
}


@pytest.mark.parametrize(
    ("family", "key", "value"), [(name, *item) for name, every in REFUSED.items() for item in every.items()]
)
def test_what_is_not_built_is_refused_by_name(family, key, value):
    *_, sizes, arguments, _ = FAMILIES[family]
    with pytest.raises(ValueError, match=f"^{key} must be .*, got .* in config.json"):
        arguments(sizes | {key: value})


@pytest.mark.parametrize("family", FAMILIES)
def test_missing_and_unknown_keys_are_named(family):
    *_, sizes, arguments, _ = FAMILIES[family]
    with pytest.raises(ValueError, match=r"config.json lacks vocab_size, "):
        arguments({})
    with pytest.warns(UserWarning, match="config.json has keys that are not known here .*: new_norm, other"):
        arguments(sizes | {"new_norm": "rms", "other": 1})
    notes = []
    arguments(sizes | {"new_norm": "rms"}, tell=notes.append)
    assert len(notes) == 1


def test_an_exact_gelu_in_a_gate_is_refused():
    with pytest.raises(ValueError, match=r"feed_forward_proj must be .* dense_act_fn 'gelu' and is_gated_act True"):
        t5_arguments(T5_SIZES | {"feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu"})
