"""Networks of small configurations: what the reference makes of one, beside what we do."""

import torch
import transformers

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
    ours = BERTForPretraining(BERT(**bert_arguments(configuration)), tie_embeddings=tied).double().eval()
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
