"""Automatic differentiation from scratch: a reverse-mode tape over NumPy arrays (D2L section 2.5).

    from deepdive.scratch import autograd

    x = autograd.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    x.grad  # tensor([2., 4., 6.])

Forward, each operation computes its value with NumPy and remembers, for each of its inputs, how ``∂L/∂(output)``
becomes ``∂L/∂(input)``. Backward, these rules are applied from the result to the leaves, and gradients that
meet are added. The rules are operations on tensors, so the gradient of a gradient needs nothing more than
``create_graph=True``. Names are PyTorch's, axes are called as in NumPy; no line here uses PyTorch.
"""

from deepdive.scratch.autograd import _methods
from deepdive.scratch.autograd._recording import Operand as Operand
from deepdive.scratch.autograd.drawing import draw as draw
from deepdive.scratch.autograd.engine import backward as backward
from deepdive.scratch.autograd.engine import grad as grad
from deepdive.scratch.autograd.engine import zero_grad as zero_grad
from deepdive.scratch.autograd.functional import cross_entropy as cross_entropy
from deepdive.scratch.autograd.functional import log_softmax as log_softmax
from deepdive.scratch.autograd.functional import mse as mse
from deepdive.scratch.autograd.functional import softmax as softmax
from deepdive.scratch.autograd.modes import enable_grad as enable_grad
from deepdive.scratch.autograd.modes import is_grad_enabled as is_grad_enabled
from deepdive.scratch.autograd.modes import no_grad as no_grad
from deepdive.scratch.autograd.modes import set_grad_enabled as set_grad_enabled
from deepdive.scratch.autograd.operations._comparison import compare as compare
from deepdive.scratch.autograd.operations._comparison import invert as invert
from deepdive.scratch.autograd.operations._inplace import setitem as setitem
from deepdive.scratch.autograd.operations._inplace import update as update
from deepdive.scratch.autograd.operations.arithmetic import abs as abs
from deepdive.scratch.autograd.operations.arithmetic import add as add
from deepdive.scratch.autograd.operations.arithmetic import astype as astype
from deepdive.scratch.autograd.operations.arithmetic import clip as clip
from deepdive.scratch.autograd.operations.arithmetic import clone as clone
from deepdive.scratch.autograd.operations.arithmetic import div as div
from deepdive.scratch.autograd.operations.arithmetic import maximum as maximum
from deepdive.scratch.autograd.operations.arithmetic import minimum as minimum
from deepdive.scratch.autograd.operations.arithmetic import mul as mul
from deepdive.scratch.autograd.operations.arithmetic import neg as neg
from deepdive.scratch.autograd.operations.arithmetic import pow as pow
from deepdive.scratch.autograd.operations.arithmetic import sub as sub
from deepdive.scratch.autograd.operations.arithmetic import where as where
from deepdive.scratch.autograd.operations.functions import cos as cos
from deepdive.scratch.autograd.operations.functions import exp as exp
from deepdive.scratch.autograd.operations.functions import log as log
from deepdive.scratch.autograd.operations.functions import relu as relu
from deepdive.scratch.autograd.operations.functions import sigmoid as sigmoid
from deepdive.scratch.autograd.operations.functions import sin as sin
from deepdive.scratch.autograd.operations.functions import softplus as softplus
from deepdive.scratch.autograd.operations.functions import sqrt as sqrt
from deepdive.scratch.autograd.operations.functions import tanh as tanh
from deepdive.scratch.autograd.operations.indexing import getitem as getitem
from deepdive.scratch.autograd.operations.indexing import scatter_add as scatter_add
from deepdive.scratch.autograd.operations.linear_algebra import einsum as einsum
from deepdive.scratch.autograd.operations.linear_algebra import matmul as matmul
from deepdive.scratch.autograd.operations.reductions import Axis as Axis
from deepdive.scratch.autograd.operations.reductions import cumsum as cumsum
from deepdive.scratch.autograd.operations.reductions import logsumexp as logsumexp
from deepdive.scratch.autograd.operations.reductions import max as max
from deepdive.scratch.autograd.operations.reductions import mean as mean
from deepdive.scratch.autograd.operations.reductions import min as min
from deepdive.scratch.autograd.operations.reductions import prod as prod
from deepdive.scratch.autograd.operations.reductions import sum as sum
from deepdive.scratch.autograd.operations.reductions import sum_to as sum_to
from deepdive.scratch.autograd.operations.reductions import var as var
from deepdive.scratch.autograd.operations.shaping import concatenate as concatenate
from deepdive.scratch.autograd.operations.shaping import expand as expand
from deepdive.scratch.autograd.operations.shaping import flip as flip
from deepdive.scratch.autograd.operations.shaping import reshape as reshape
from deepdive.scratch.autograd.operations.shaping import squeeze as squeeze
from deepdive.scratch.autograd.operations.shaping import stack as stack
from deepdive.scratch.autograd.operations.shaping import swapaxes as swapaxes
from deepdive.scratch.autograd.operations.shaping import transpose as transpose
from deepdive.scratch.autograd.operations.shaping import unsqueeze as unsqueeze
from deepdive.scratch.autograd.tensor import Tensor as Tensor
from deepdive.scratch.autograd.tensor import ones as ones
from deepdive.scratch.autograd.tensor import tensor as tensor
from deepdive.scratch.autograd.tensor import zeros as zeros

__all__ = [
    "Axis",
    "Tensor",
    "abs",
    "add",
    "astype",
    "backward",
    "clip",
    "clone",
    "concatenate",
    "cos",
    "cross_entropy",
    "cumsum",
    "div",
    "draw",
    "einsum",
    "enable_grad",
    "exp",
    "expand",
    "flip",
    "getitem",
    "grad",
    "is_grad_enabled",
    "log",
    "log_softmax",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mse",
    "mul",
    "neg",
    "no_grad",
    "ones",
    "pow",
    "prod",
    "relu",
    "reshape",
    "scatter_add",
    "set_grad_enabled",
    "sigmoid",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "squeeze",
    "stack",
    "sub",
    "sum",
    "sum_to",
    "swapaxes",
    "tanh",
    "tensor",
    "transpose",
    "unsqueeze",
    "var",
    "where",
    "zero_grad",
    "zeros",
]

vars(_methods.ops).update({name: globals()[name] for name in (*__all__, "compare", "invert", "setitem", "update")})
