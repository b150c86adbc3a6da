"""T5 begins as Mesh TensorFlow begins it (Raffel et al., 2020; the library's ``T5PreTrainedModel._init_weights``)."""

import pytest
import torch

from deepdive.models.transformers import T5


def test_standard_deviations_are_those_of_mesh_tensorflow():
    torch.manual_seed(0)
    d, heads, per_head, ffn = 96, 3, 40, 160
    network = T5(50, d, heads, 1, ffn, head_dim=per_head)
    block = network.decoder.blocks[0]
    for attention in (block.self_attention, block.cross_attention):
        stds = [getattr(attention, name).weight.std().item() for name in ("query", "key", "value", "output")]
        assert stds == pytest.approx([(d * per_head) ** -0.5, d**-0.5, d**-0.5, (heads * per_head) ** -0.5], rel=0.05)
    assert block.feed_forward.into.weight.std().item() == pytest.approx(d**-0.5, rel=0.05)
    assert block.feed_forward.out.weight.std().item() == pytest.approx(ffn**-0.5, rel=0.05)
