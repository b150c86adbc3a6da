"""PyTorch's own test tables for modules, held against the from-scratch toolkit."""

import copy
import inspect
import typing
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from deepdive import scratch
from deepdive.proofs import differentiable, mapped

RELATIVE = {torch.float64: 1e-9, torch.float32: 2e-4}


class Sample(NamedTuple):
    """How a module is made and called, in the words of PyTorch's table."""

    name: str
    index: int
    training: bool
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    inputs: tuple[tuple[Any, ...], dict[str, Any]]


def allow_flags() -> None:
    """Let flags of backends be set again, which importing PyTorch's own tests forbids for the whole process."""
    torch.backends.flags_frozen.__globals__["__allow_nonbracketed_mutation_flag"] = True


def tables() -> dict[str, Any]:
    """PyTorch's row for each module class; they need ``expecttest``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of modules that only PyTorch's own tests import
        from torch.testing._internal.common_modules import module_db
    allow_flags()

    return {info.module_cls.__name__: info for info in module_db}


def samples(info: Any, dtype: torch.dtype) -> Iterator[Sample]:
    """Every sample of a row, in training and in evaluation."""
    for training in (True, False):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            found = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
        for i, each in enumerate(found):
            if each.forward_input is not None:
                made, given = each.constructor_input, each.forward_input
                yield Sample(
                    info.module_cls.__name__, i, training, (made.args, made.kwargs), (given.args, given.kwargs)
                )


def compare(sample: Sample, dtype: torch.dtype) -> None:
    """Outputs, states and all gradients of both sides, from equal weights.

    Raises:
        AssertionError: they differ.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, of its own samples
        _compare(sample, dtype)


def _compare(sample: Sample, dtype: torch.dtype) -> None:
    theirs, ours = (_made(toolkit, sample, dtype) for toolkit in (nn, scratch))
    arguments, keywords = sample.inputs
    if isinstance(theirs, nn.modules.lazy.LazyModuleMixin):
        with torch.no_grad():
            theirs(*_fresh(arguments), **_fresh(keywords))
            ours(*_fresh(arguments), **_fresh(keywords))
    ours.load_state_dict(theirs.state_dict(), strict=True)
    found = [_passed(module, arguments, keywords) for module in (ours, theirs)]
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=RELATIVE[dtype], atol=RELATIVE[dtype], equal_nan=True)


def _made(toolkit: Any, sample: Sample, dtype: torch.dtype) -> nn.Module:
    arguments, keywords = (copy.deepcopy(each) for each in sample.arguments)
    make = getattr(toolkit, sample.name)
    names = _names(getattr(nn, sample.name))
    given = {**dict(zip(names, arguments, strict=False)), **keywords}
    if toolkit is scratch:
        given = {name: _of_scratch(value) if isinstance(value, nn.Module) else value for name, value in given.items()}
    if names[:1] == ["mode"]:
        given = keywords
    positional = arguments[len(names) :] if names else arguments
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make(*positional, **given).to(dtype).train(sample.training)


def _names(cls: type) -> list[str]:
    """Of the arguments, in their order."""
    declared = typing.get_overloads(cls.__init__)
    parameters = list(inspect.signature(declared[0] if declared else cls).parameters.values())
    return [p.name for p in parameters if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD]


def _of_scratch(layer: nn.Module) -> nn.Module:
    """The from-scratch layer with the sizes and the weights of one of the library's."""
    encoder: Any = layer
    make = getattr(scratch, type(layer).__name__)
    sizes = {"d_model": encoder.self_attn.embed_dim, "nhead": encoder.self_attn.num_heads}
    made = make(
        **sizes,
        dim_feedforward=encoder.linear1.out_features,
        dropout=encoder.dropout.p,
        activation=encoder.activation,
        layer_norm_eps=encoder.norm1.eps,
        batch_first=encoder.self_attn.batch_first,
        norm_first=encoder.norm_first,
        bias=encoder.linear1.bias is not None,
    )
    made.to(encoder.linear1.weight.dtype).load_state_dict(layer.state_dict(), strict=True)
    return made.train(layer.training)


def _fresh(value: Any) -> Any:
    return {k: _fresh(v) for k, v in value.items()} if isinstance(value, dict) else mapped(_leaf, value)


def _leaf(x: Tensor) -> Tensor:
    return x.detach().clone().requires_grad_(x.requires_grad)


def _passed(module: nn.Module, arguments: Any, keywords: Any) -> tuple[Any, ...]:
    arguments, keywords = _fresh(arguments), _fresh(keywords)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        outputs = module(*arguments, **keywords)
    ys = differentiable(outputs)
    leaves = [*differentiable([*arguments, *keywords.values()]), *module.parameters()]
    gradients = torch.autograd.grad([y.sum() for y in ys], leaves, allow_unused=True) if ys else ()
    return outputs, list(module.buffers()), [g for g in gradients if g is not None], [g is None for g in gradients]
