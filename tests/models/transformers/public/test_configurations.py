"""Every key of a published config.json: honoured as the reference does, harmless, or refused by its name."""

import contextlib
import json
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import transformers
from deepdive.keys import Harmless, Honoured, RefusedUnless
from deepdive.models.transformers import BERT, GPT, T5, BERTForPretraining
from deepdive.models.transformers.public import (
    BERT_KEYS,
    BERT_LAYOUT,
    GPT2_KEYS,
    GPT2_LAYOUT,
    T5_KEYS,
    T5_LAYOUT,
    bert_arguments,
    gpt2_arguments,
    t5_arguments,
)
from deepdive.training import fit_state_dict

BERT_SIZES = {
    "vocab_size": 19,
    "hidden_size": 12,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 20,
    "max_position_embeddings": 11,
    "type_vocab_size": 3,
}
GPT2_SIZES = {"vocab_size": 19, "n_positions": 11, "n_embd": 12, "n_layer": 3, "n_head": 2, "bos_token_id": 1}
T5_SIZES = {"vocab_size": 19, "d_model": 12, "d_kv": 5, "d_ff": 20, "num_layers": 2, "num_heads": 3}


def shaken(network):
    """Large weights, so that a nonlinearity, a scale or a norm's eps that is another one is seen."""
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.4 + (parameter.ndim == 1))
    return network.eval().double()


def tokens(length=9):
    return torch.randint(19, (3, length), generator=torch.Generator().manual_seed(5))


def bert_pair(configuration, train=False):
    """What the reference makes of a config.json, and what we do: of tokens and of the next sentence."""
    reference = shaken(transformers.BertForPreTraining(transformers.BertConfig(**configuration)))
    tied = configuration.get("tie_word_embeddings", True)
    ours = BERTForPretraining(BERT(**bert_arguments(configuration)), tied=tied).double().eval()
    assert fit_state_dict(ours, reference.state_dict(), layout=BERT_LAYOUT) == []
    lengths = torch.tensor([9, 4, 6])
    told, types = torch.arange(9) < lengths.unsqueeze(1), tokens() % configuration["type_vocab_size"]
    theirs = reference.train(train)(tokens(), attention_mask=told.long(), token_type_ids=types)
    said = ours.train(train)(tokens(), types, lengths)
    yield said.tokens[told], theirs.prediction_logits[told]
    yield said.is_next, theirs.seq_relationship_logits


def gpt2_pair(configuration, train=False):
    reference = shaken(transformers.GPT2LMHeadModel(transformers.GPT2Config(**configuration)))
    state = reference.state_dict()
    ours = GPT(**gpt2_arguments(configuration, state)).double()
    assert fit_state_dict(ours, state, layout=GPT2_LAYOUT) == []
    yield ours.train(train)(tokens()), reference.train(train)(tokens()).logits


def t5_pair(configuration, head=None):
    reference = transformers.T5ForConditionalGeneration(transformers.T5Config(**configuration))
    if head is not None:
        reference.lm_head.weight = torch.nn.Parameter(head)
    reference = shaken(reference)
    state = reference.state_dict()
    ours = T5(**t5_arguments(configuration, state)).double().eval()
    assert fit_state_dict(ours, state, layout=T5_LAYOUT) == []
    lengths, target = torch.tensor([9, 4, 6]), tokens(13).flip(1)
    told = torch.arange(9) < lengths.unsqueeze(1)
    theirs = reference(input_ids=tokens(), attention_mask=told.long(), decoder_input_ids=target).logits
    yield ours(tokens(), lengths, target), theirs


def check(pairs):
    """Equal as far as the reference's norms go, which T5 computes in single precision always."""
    for ours, theirs in pairs:
        assert ours.shape == theirs.shape
        assert (ours - theirs).norm() < 1e-5 * theirs.norm()


FAMILIES = {
    "bert": (transformers.BertConfig, BERT_KEYS, BERT_SIZES, bert_arguments, bert_pair),
    "gpt2": (transformers.GPT2Config, GPT2_KEYS, GPT2_SIZES, gpt2_arguments, gpt2_pair),
    "t5": (transformers.T5Config, T5_KEYS, T5_SIZES, t5_arguments, t5_pair),
}
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
    assert t5_arguments(T5_SIZES)["tied"] is True
    assert t5_arguments(T5_SIZES | {"scale_decoder_outputs": False})["tied"] is False
    assert t5_arguments(T5_SIZES | {"tie_word_embeddings": False})["scaled"] is False


@pytest.mark.parametrize("which", ["hidden_dropout_prob", "attention_probs_dropout_prob"])
def test_dropout_of_each_part_of_bert(which):
    """With everything of a part dropped, training is certain, and equal only if the same part is dropped."""
    rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0} | {which: 1.0}
    check(bert_pair(BERT_SIZES | rates, train=True))


@pytest.mark.parametrize("which", ["resid_pdrop", "embd_pdrop", "attn_pdrop"])
def test_dropout_of_each_part_of_gpt2(which):
    rates = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0} | {which: 1.0}
    check(gpt2_pair(GPT2_SIZES | rates, train=True))


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
