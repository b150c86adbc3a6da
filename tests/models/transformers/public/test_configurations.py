"""Every key of a published config.json: honoured as the reference does, or harmless."""

import contextlib
import json

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.keys import Harmless, Honoured, RefusedUnless
from deepdive.models.transformers.public import t5_arguments

from .families import BERT_SIZES, FAMILIES, GPT2_SIZES, T5_SIZES, bert_pair, check, gpt2_pair, t5_pair

CHANGES = {
    "bert": [
        *({"hidden_act": name} for name in ("gelu", "gelu_new", "relu", "silu", "gelu_pytorch_tanh", "gelu_fast")),
        {"layer_norm_eps": 0.3},
        {"type_vocab_size": 1},
        {"tie_word_embeddings": False},
        {"pad_token_id": None},
        {"chunk_size_feed_forward": 3},
        {"classifier_dropout": 0.9, "use_cache": False},
    ],
    "gpt2": [
        *({"activation_function": name} for name in ("gelu", "gelu_new", "relu", "silu", "swish", "gelu_python_tanh")),
        {"n_inner": 17},
        {"layer_norm_epsilon": 0.3},
        {"scale_attn_weights": False},
        {"scale_attn_by_inverse_layer_idx": True},
        {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True},
        {"reorder_and_upcast_attn": True},
        {"tie_word_embeddings": False},
    ],
    "t5": [
        *({"feed_forward_proj": name} for name in ("relu", "gelu", "silu", "gelu_new", "gated-gelu", "gated-relu")),
        {"feed_forward_proj": "gated-silu", "tie_word_embeddings": False},
        {"feed_forward_proj": "gated-gelu", "dense_act_fn": "relu"},
        {"feed_forward_proj": "relu", "dense_act_fn": "gelu_new", "is_gated_act": True},
        {"num_decoder_layers": 3, "layer_norm_epsilon": 0.3},
        {"num_decoder_layers": None},
        {"relative_attention_num_buckets": 6, "relative_attention_max_distance": 7},
        {"scale_decoder_outputs": False},
        {"tie_word_embeddings": False, "scale_decoder_outputs": True},
        {"tie_word_embeddings": False},
    ],
}


@pytest.mark.parametrize(("family", "change"), [(name, each) for name, every in CHANGES.items() for each in every])
def test_what_is_honoured_is_so_as_by_the_reference(family, change):
    *_, sizes, _, pair = FAMILIES[family]
    check(pair(sizes | change))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_reference_writes_is_read(family):
    """Its to_dict says everything; a key that is newer than our table would be told, which fails here."""
    config, keys, sizes, _, pair = FAMILIES[family]
    for change in CHANGES[family]:
        written = json.loads(config(**sizes | change).to_json_string(use_diff=False))
        assert set(written) <= set(keys), "every key of the reference has its row"
        check(pair(written))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_attribute_of_the_references_configuration_has_its_row(family):
    config, keys, *_ = FAMILIES[family]
    assert set(vars(config())) | set(config().to_dict()) | set(config.attribute_map) <= set(keys)
    assert all(isinstance(key, (Harmless, Honoured, RefusedUnless)) for key in keys.values())


@pytest.mark.parametrize("scaled", [True, False])
def test_a_t5_with_an_output_of_its_own(scaled):
    """Whatever the file says of tying: weights that differ are two tables, as in the reference."""
    check(t5_pair(T5_SIZES | {"scale_decoder_outputs": scaled}, head=torch.randn(19, 12)))
    check(t5_pair(T5_SIZES | {"tie_word_embeddings": scaled}, head=torch.randn(19, 12)))


def test_without_weights_an_output_that_is_not_scaled_is_its_own():
    assert t5_arguments(T5_SIZES)["tie_embeddings"] is True
    assert t5_arguments(T5_SIZES | {"scale_decoder_outputs": False})["tie_embeddings"] is False
    assert t5_arguments(T5_SIZES | {"tie_word_embeddings": False})["scale_decoder_outputs"] is False


@pytest.mark.parametrize("which", ["hidden_dropout_prob", "attention_probs_dropout_prob"])
def test_dropout_of_each_part_of_bert(which):
    """With everything of a part dropped, training is certain, and equal only if the same part is dropped."""
    rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0} | {which: 1.0}
    check(bert_pair(BERT_SIZES | rates, train=True))


@pytest.mark.parametrize("which", ["resid_pdrop", "embd_pdrop", "attn_pdrop"])
def test_dropout_of_each_part_of_gpt2(which):
    rates = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0} | {which: 1.0}
    check(gpt2_pair(GPT2_SIZES | rates, train=True))


ANY_ACTIVATION = st.sampled_from(sorted(set(transformers.activations.ACT2FN) - {"xielu", "prelu"}))
RANDOM = {
    "bert": {
        "hidden_act": ANY_ACTIVATION,
        "layer_norm_eps": st.sampled_from([1e-12, 0.2]),
        "is_decoder": st.booleans(),
        "tie_word_embeddings": st.booleans(),
        "type_vocab_size": st.integers(1, 4),
        "position_embedding_type": st.sampled_from(["absolute", "relative_key"]),
        "is_causal": st.sampled_from([None, False, True]),
        "pad_token_id": st.sampled_from([None, 0, 3]),
    },
    "gpt2": {
        "activation_function": ANY_ACTIVATION,
        "layer_norm_epsilon": st.sampled_from([1e-5, 0.2]),
        "scale_attn_weights": st.booleans(),
        "scale_attn_by_inverse_layer_idx": st.booleans(),
        "reorder_and_upcast_attn": st.booleans(),
        "n_inner": st.sampled_from([None, 7, 30]),
        "tie_word_embeddings": st.booleans(),
        "num_hidden_layers": st.sampled_from([2, 4]),
    },
    "t5": {
        "feed_forward_proj": st.one_of(ANY_ACTIVATION, ANY_ACTIVATION.map("gated-{}".format)),
        "dense_act_fn": ANY_ACTIVATION,
        "is_gated_act": st.booleans(),
        "tie_word_embeddings": st.booleans(),
        "scale_decoder_outputs": st.booleans(),
        "layer_norm_epsilon": st.sampled_from([1e-6, 0.2]),
        "relative_attention_num_buckets": st.integers(4, 9),
        "relative_attention_max_distance": st.integers(5, 20),
        "num_decoder_layers": st.sampled_from([None, 1, 3]),
        "head_dim": st.sampled_from([5, 7]),
    },
}


def equal_or_refused(family, data):
    *_, sizes, arguments, pair = FAMILIES[family]
    chosen = data.draw(st.sets(st.sampled_from(sorted(RANDOM[family])), max_size=5))
    configuration = sizes | {key: data.draw(RANDOM[family][key], label=key) for key in sorted(chosen)}
    with contextlib.suppress(ValueError):
        arguments(configuration)
        check(pair(configuration))
        return
    with pytest.raises(ValueError, match="|".join(chosen)):
        arguments(configuration)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_equal_to_the_reference_or_refused(family, data):
    equal_or_refused(family, data)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_equal_to_the_reference_or_refused_at_length(family, data):
    equal_or_refused(family, data)
