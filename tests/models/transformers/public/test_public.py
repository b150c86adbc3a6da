"""Networks as their authors publish them, against the reference implementation with the same weights."""

import pytest
import torch
import transformers

from deepdive.models.transformers import BERT, GPT, T5, BERTForPretraining
from deepdive.models.transformers.public import (
    BERT_LAYOUT,
    GPT2_LAYOUT,
    T5_LAYOUT,
    bert_arguments,
    gpt2_arguments,
    t5_arguments,
)
from deepdive.training import fit_state_dict
from deepdive.training.runs.checkpoints import CheckpointError

BERT_SIZES = transformers.BertConfig(
    vocab_size=40,
    hidden_size=24,
    num_hidden_layers=2,
    num_attention_heads=3,
    intermediate_size=32,
    max_position_embeddings=12,
)
GPT2_SIZES = transformers.GPT2Config(
    vocab_size=40, n_positions=12, n_embd=24, n_layer=2, n_head=3, bos_token_id=1, eos_token_id=1
)
T5_SIZES = {
    "vocab_size": 40,
    "d_model": 24,
    "d_kv": 10,
    "d_ff": 32,
    "num_layers": 2,
    "num_decoder_layers": 3,
    "num_heads": 3,
    "relative_attention_num_buckets": 8,
    "relative_attention_max_distance": 12,
}


def batch():
    lengths = torch.tensor([9, 4, 6])
    told = torch.arange(9) < lengths.unsqueeze(1)
    return torch.randint(1, 40, (3, 9)), torch.randint(2, (3, 9)), lengths, told


def shaken(network):
    """Published networks begin with norms and biases alike, which would hide a mistake."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return network.eval()


def test_bert_gives_the_references_logits():
    reference = shaken(transformers.BertForPreTraining(BERT_SIZES))
    ours = BERTForPretraining(BERT(**bert_arguments(BERT_SIZES.to_dict()))).eval()
    assert fit_state_dict(ours, reference.state_dict(), layout=BERT_LAYOUT) == []
    tokens, types, lengths, told = batch()
    theirs = reference(tokens, attention_mask=told.long(), token_type_ids=types)
    said = ours(tokens, types, lengths)
    torch.testing.assert_close(said.tokens[told], theirs.prediction_logits[told])
    torch.testing.assert_close(said.is_next, theirs.seq_relationship_logits)


def test_the_encoder_is_found_inside_a_greater_network_and_with_old_spellings():
    reference = shaken(transformers.BertForPreTraining(BERT_SIZES))
    state = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
        for name, value in reference.state_dict().items()
    } | {"bert.embeddings.position_ids": torch.arange(12)}
    ours = BERT(**bert_arguments(BERT_SIZES.to_dict())).eval()
    fit_state_dict(ours, state, layout=BERT_LAYOUT)
    tokens, types, lengths, told = batch()
    theirs = reference.bert(tokens, attention_mask=told.long(), token_type_ids=types)
    vectors = ours(tokens, types, lengths)
    torch.testing.assert_close(vectors[told], theirs.last_hidden_state[told])
    torch.testing.assert_close(ours.pooled(vectors), theirs.pooler_output)


def test_a_pooler_that_is_not_wanted_is_passed_over():
    state = transformers.BertModel(BERT_SIZES).state_dict()
    ours = BERT(**bert_arguments(BERT_SIZES.to_dict()), pooler=False)
    assert fit_state_dict(ours, state, layout=BERT_LAYOUT) == []


def test_gpt2_gives_the_references_logits():
    reference = shaken(transformers.GPT2LMHeadModel(GPT2_SIZES))
    ours = GPT(**gpt2_arguments(GPT2_SIZES.to_dict())).eval()
    fit_state_dict(ours, reference.state_dict(), layout=GPT2_LAYOUT)
    tokens, *_ = batch()
    torch.testing.assert_close(ours(tokens), reference(tokens).logits)


@pytest.mark.parametrize("version", [{}, {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}])
def test_t5_gives_the_references_logits(version):
    reference = shaken(transformers.T5ForConditionalGeneration(transformers.T5Config(**T5_SIZES, **version)))
    ours = T5(**t5_arguments(T5_SIZES | version)).eval()
    fit_state_dict(ours, reference.state_dict(), layout=T5_LAYOUT)
    tokens, _, lengths, told = batch()
    target = torch.randint(40, (3, 17))
    theirs = reference(input_ids=tokens, attention_mask=told.long(), decoder_input_ids=target).logits
    torch.testing.assert_close(ours(tokens, lengths, target), theirs, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("ours", "layout", "reference"),
    [
        (lambda: BERT(**bert_arguments(BERT_SIZES.to_dict())), BERT_LAYOUT, lambda: transformers.BertModel(BERT_SIZES)),
        (
            lambda: GPT(**gpt2_arguments(GPT2_SIZES.to_dict())),
            GPT2_LAYOUT,
            lambda: transformers.GPT2LMHeadModel(GPT2_SIZES).transformer,
        ),
        (
            lambda: T5(**t5_arguments(T5_SIZES)),
            T5_LAYOUT,
            lambda: transformers.T5ForConditionalGeneration(transformers.T5Config(**T5_SIZES)),
        ),
    ],
    ids=["bert", "gpt2", "t5"],
)
def test_ours_is_published_as_theirs_and_comes_back(ours, layout, reference):
    network, theirs = shaken(ours()), reference()
    published = layout.to_public(network.state_dict())
    missing, unexpected = theirs.load_state_dict(published, strict=False)
    assert set(missing) <= {"encoder.embed_tokens.weight"}
    assert set(unexpected) <= {"lm_head.weight"}
    back = layout.to_ours(published)
    assert {name: value.shape for name, value in back.items()} == {
        name: value.shape for name, value in network.state_dict().items()
    }
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in back.items())


def test_renamed_and_missing_tensors_are_listed_by_their_public_names():
    state = transformers.BertModel(BERT_SIZES).state_dict()
    state["encoder.layer.0.attention.self.querry.weight"] = state.pop("encoder.layer.0.attention.self.query.weight")
    del state["pooler.dense.bias"]
    ours = BERT(**bert_arguments(BERT_SIZES.to_dict()))
    before = {name: value.clone() for name, value in ours.state_dict().items()}
    with pytest.raises(CheckpointError) as caught:
        fit_state_dict(ours, state, layout=BERT_LAYOUT, source="model.safetensors")
    words = str(caught.value)
    assert (
        "it lacks encoder.layer.0.attention.self.query.weight (nearest: encoder.layer.0.attention.self.querry.weight)"
        in words
    )
    assert "pooler.dense.bias" in words
    assert "the network has no encoder.layer.0.attention.self.querry.weight" in words
    assert all(torch.equal(value, before[name]) for name, value in ours.state_dict().items())


def test_a_vocabulary_of_another_size():
    state = transformers.BertModel(BERT_SIZES).state_dict()
    ours = BERT(**bert_arguments(BERT_SIZES.to_dict() | {"vocab_size": 50}))
    with pytest.raises(CheckpointError, match=r"word_embeddings.weight has shape \(40, 24\), not \(50, 24\)"):
        fit_state_dict(ours, state, layout=BERT_LAYOUT)


def test_a_third_of_a_joined_tensor_is_missing():
    state = GPT(**gpt2_arguments(GPT2_SIZES.to_dict())).state_dict()
    del state["stack.blocks.1.self_attention.key.bias"]
    with pytest.raises(ValueError, match=r"h\.1\.attn\.c_attn\.bias needs query, key and value, but 2"):
        GPT2_LAYOUT.to_public(state)


def test_tied_tensors_that_differ():
    state = transformers.GPT2LMHeadModel(GPT2_SIZES).state_dict()
    state["lm_head.weight"] = state["lm_head.weight"] + 1
    with pytest.raises(ValueError, match=r"lm_head.weight and wte.weight are one .* differ as published: .*tied=False"):
        fit_state_dict(GPT(**gpt2_arguments(GPT2_SIZES.to_dict())), state, layout=GPT2_LAYOUT)


def bert():
    return BERT(**bert_arguments(BERT_SIZES.to_dict()))


@pytest.mark.parametrize("prefix", ["module.", "module.bert.", "_orig_mod.", "bert."])
def test_names_of_wrapped_networks(prefix):
    state = transformers.BertModel(BERT_SIZES).state_dict()
    ours = bert()
    fit_state_dict(ours, {prefix + name: value for name, value in state.items()}, layout=BERT_LAYOUT)
    assert torch.equal(ours.embedding.weight, state["embeddings.word_embeddings.weight"])


def test_one_tensor_under_two_names():
    state = transformers.BertModel(BERT_SIZES).state_dict()
    name = "embeddings.LayerNorm"
    other = state | {f"{name}.gamma": state[f"{name}.weight"] + 1}
    words = f"{name}.weight and {name}.gamma are one in the network, but differ as published"
    with pytest.raises(ValueError, match=words):
        fit_state_dict(bert(), other, layout=BERT_LAYOUT)
    fit_state_dict(bert(), state | {f"{name}.gamma": state[f"{name}.weight"].clone()}, layout=BERT_LAYOUT)
    twice = {f"bert.{name}": value + 1 for name, value in state.items()} | state
    with pytest.raises(ValueError, match=r"bert\.embeddings\.\S+ and embeddings\.\S+ are one in the network"):
        fit_state_dict(bert(), twice, layout=BERT_LAYOUT)


def test_nan_in_published_weights_is_named():
    state = transformers.BertModel(BERT_SIZES).state_dict()
    state["pooler.dense.bias"] = state["pooler.dense.bias"] * torch.nan
    with pytest.raises(CheckpointError, match=r"has NaN or infinite values in pooler\.dense\.bias"):
        fit_state_dict(bert(), state, layout=BERT_LAYOUT)


TABLES = ["shared.weight", "lm_head.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]


@pytest.mark.parametrize("kept", TABLES)
def test_of_tied_tables_one_is_enough(kept):
    """Safetensors files hold tied tensors once, under whichever name."""
    reference = shaken(transformers.T5ForConditionalGeneration(transformers.T5Config(**T5_SIZES)))
    state = {name: value for name, value in reference.state_dict().items() if name == kept or name not in TABLES}
    ours = T5(**t5_arguments(T5_SIZES, state))
    assert fit_state_dict(ours, state, layout=T5_LAYOUT) == []
    assert torch.equal(ours.output.weight, reference.shared.weight)
    assert ours.output.weight is ours.source.embedding.weight


@pytest.mark.parametrize("other", TABLES[2:])
def test_a_table_of_its_own_for_one_side_of_t5_is_refused(other):
    state = transformers.T5ForConditionalGeneration(transformers.T5Config(**T5_SIZES)).state_dict()
    state[other] = state[other] + 1
    with pytest.raises(ValueError, match=f"{other} and shared.weight are one in the network, but differ as published$"):
        fit_state_dict(T5(**t5_arguments(T5_SIZES, state)), state, layout=T5_LAYOUT)


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_gpt2_with_an_output_of_its_own(prefix):
    """Weights that differ are two tables, whatever config.json says; GPT's own tokens tell which is which."""
    reference = transformers.GPT2LMHeadModel(GPT2_SIZES)
    reference.lm_head.weight = torch.nn.Parameter(torch.randn(40, 24))
    reference = shaken(reference)
    state = {prefix + name: value for name, value in reference.state_dict().items()}
    ours = GPT(**gpt2_arguments(GPT2_SIZES.to_dict(), state)).eval()
    fit_state_dict(ours, state, layout=GPT2_LAYOUT)
    tokens, *_ = batch()
    torch.testing.assert_close(ours(tokens), reference(tokens).logits)
    with pytest.raises(ValueError, match="make the network with tied=False"):
        fit_state_dict(GPT(**gpt2_arguments(GPT2_SIZES.to_dict())), state, layout=GPT2_LAYOUT)


def test_the_head_of_an_old_file_and_of_a_new_one():
    """Old files have the bias of hidden tokens under one name, new ones under two, of which the decoder's counts."""
    reference = shaken(transformers.BertForPreTraining(BERT_SIZES))
    state, name = reference.state_dict(), "cls.predictions.decoder.bias"
    for given in (
        {n: v for n, v in state.items() if n != name},
        state,
        state | {"cls.predictions.bias": state[name] * 0},
    ):
        ours = BERTForPretraining(bert())
        assert fit_state_dict(ours, given, layout=BERT_LAYOUT) == []
        assert torch.equal(ours.output.bias, state[name])
