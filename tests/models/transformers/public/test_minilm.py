"""The published six-layer encoder: the reference's vectors, and sentences near each other that should be."""

import pytest
import torch
import transformers

from deepdive.data import DataUnavailableError
from deepdive.data.subwords import PAD, read_published
from deepdive.models.transformers import BERT, sentence_embedding
from deepdive.models.transformers.public import BERT_LAYOUT, bert_arguments
from deepdive.training import fit_state_dict

TEXTS = ["A man is playing a guitar.", "Someone plays an instrument.", "The stock market fell sharply today."]


@pytest.fixture(scope="module")
def published():
    try:
        return read_published("minilm-l6")
    except DataUnavailableError as error:
        pytest.skip(f"the weights are not to be had: {error}")


def test_real_weights_give_the_references_vectors(published):
    ours = BERT(**bert_arguments(published.configuration)).eval()
    assert fit_state_dict(ours, published.state, layout=BERT_LAYOUT) == []
    reference = transformers.BertModel(transformers.BertConfig(**published.configuration)).eval()
    state = {name: value for name, value in published.state.items() if not name.endswith("position_ids")}
    reference.load_state_dict(state)
    pieces = published.subwords.encode(TEXTS)
    tokens, lengths = pieces.ids.padded(torch.arange(3), published.subwords.id_of(PAD))
    told = torch.arange(tokens.shape[1]) < lengths.unsqueeze(1)
    with torch.inference_mode():
        vectors = ours(tokens, None, lengths)
        expected = reference(tokens, attention_mask=told.long()).last_hidden_state
    torch.testing.assert_close(vectors[told], expected[told], atol=1e-4, rtol=0)
    near = sentence_embedding(vectors, lengths) @ sentence_embedding(vectors, lengths).T
    assert near[0, 1] > 0.5 > near[0, 2]
