"""From scratch means from scratch: read off the syntax tree."""

import ast
import sys
from pathlib import Path

import pytest

from deepdive import scratch

ROOT = Path(scratch.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
TAPE = {path for path in FILES if path.is_relative_to(ROOT / "autograd")}  # works on NumPy, not on torch
FROM_NN = {*scratch.CONTAINERS, "PackedSequence", "LazyModuleMixin", "UninitializedParameter", "UninitializedBuffer"}
FROM_OPTIM = {"Optimizer", "ParamsT"}  # a container of groups and state
DONE_BY_THE_LIBRARY = {
    *"functional layer_norm batch_norm linear bilinear conv1d conv2d conv3d convolution conv_transpose2d".split(),
    *"max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_max_pool1d constant_pad_nd".split(),
    *"lstm lstm_cell gru gru_cell rnn_tanh rnn_relu rnn_tanh_cell rnn_relu_cell mkldnn_rnn_layer _VF".split(),
    *"relu relu_ prelu leaky_relu sigmoid sigmoid_ tanh tanh_ gelu selu celu dropout dropout_ native_dropout".split(),
    *"softmax log_softmax logsumexp logaddexp special_expit special_log_softmax cross_entropy_loss nll_loss".split(),
    *"conv_transpose1d conv_transpose3d max_pool3d avg_pool3d max_pool1d_with_indices pixel_shuffle".split(),
    *"pixel_unshuffle channel_shuffle native_channel_shuffle col2im im2col embedding_bag".split(),
    *"cosine_similarity pairwise_distance".split(),
    *"instance_norm group_norm native_batch_norm rrelu hardshrink threshold alpha_dropout feature_dropout".split(),
    *"feature_alpha_dropout ctc_loss kl_div l1_loss smooth_l1_loss huber_loss hinge_embedding_loss".split(),
    *"margin_ranking_loss triplet_margin_loss cosine_embedding_loss binary_cross_entropy poisson_nll_loss".split(),
    *"mse_loss binary_cross_entropy_with_logits _fused_adam_ _fused_sgd_ special _C ops _nn".split(),
}


def broken_rules(source):
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith(("torch.", "torchvision"))]
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {alias.name for alias in node.names}
            if node.module == "torch":
                found += sorted(names - {"Tensor", "Generator"})
            elif node.module.startswith("torch.nn"):
                found += sorted(names - FROM_NN)
            elif node.module.startswith("torch.optim"):
                found += sorted(names - FROM_OPTIM)
            elif node.module.startswith("torch") and node.module != "torch.autograd":
                found.append(node.module)
        if isinstance(node, ast.Attribute) and not _is_own(node) and (node.attr in DONE_BY_THE_LIBRARY or _is_nn(node)):
            found.append(node.attr)
    return found


def _is_own(node):
    """A layer's own attribute may have a name that a function of the library has, as ``self.dropout``."""
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_nn(node):
    return isinstance(node.value, ast.Name) and node.value.id == "torch" and node.attr in {"nn", "optim"}


def _name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [path for path in FILES if path not in TAPE], ids=_name)
def test_scratch_takes_only_containers_from_the_library(path):
    assert broken_rules(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted(TAPE), ids=_name)
def test_the_tape_takes_nothing_from_torch(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert all(
        name.startswith(("deepdive.scratch.autograd", "deepdive.graphs", "numpy", "jaxtyping")) for name in foreign
    )


@pytest.mark.parametrize(
    "cheat",
    [
        "import torch.nn.functional as F",
        "from torch.nn import functional",
        "from torch.nn.functional import relu",
        "from torch.nn import Conv2d",
        "from torch import nn",
        "from torch import conv2d",
        "from torch.special import expit",
        "from torch.optim import SGD",
        "y = torch.nn.functional.relu(x)",
        "y = torch.conv2d(x, w)",
        "y = x.softmax(1)",
        "y = torch.logsumexp(x, 1)",
        "y = torch.lstm(x, h, w, True, 1, 0.0, True, False, False)",
        "from torch.nn.utils.rnn import pack_padded_sequence",
        "y = torch.ops.aten.relu(x)",
        "y = torch._C._nn.gelu(x)",
    ],
)
def test_the_rule_sees_a_cheat(cheat):
    assert broken_rules(cheat)
