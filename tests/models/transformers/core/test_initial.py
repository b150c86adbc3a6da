import pytest

from deepdive.models.transformers import BERT, GPT


@pytest.mark.parametrize("width", [48, 192, 768])
def test_products_are_as_large_at_first_whatever_the_width(width):
    """As large as at the width of the published networks by their standard deviation, 0.02."""
    bert, gpt = BERT(3000, width, 4, 1), GPT(3000, 64, width, 4, 2)
    query, output = (gpt.stack.blocks[1].self_attention.get_submodule(name) for name in ("query", "output"))
    weights = bert.embedding.weight, bert.stack.blocks[0].self_attention.query.weight, bert.pooler.weight, query.weight
    for weight in weights:
        assert width * float(weight.detach().var()) == pytest.approx(768 * 0.02**2, rel=0.15)
    # What adds to the residual stream, four parts of two blocks, is a half of that.
    assert width * float(output.weight.detach().var()) == pytest.approx(768 * 0.02**2 / 4, rel=0.15)
