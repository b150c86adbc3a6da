"""Transformers out of attention, layers that act on each place alone, and residual connections.

Every part ``f`` of a layer is added to what comes in, ``x = norm(x + f(x))``, or ``x = x + f(norm(x))`` with
``norm_first`` (Vaswani et al., 2017; Xiong et al., 2020; D2L section 11.7). Sequences are ``(t, b, d_model)``,
``(b, t, d_model)`` with ``batch_first``, or one alone ``(t, d_model)``.

Boolean masks are **true where a query may NOT attend**; numbers are added to the scores. A mask is ``(queries, keys)``
or ``(b nhead, queries, keys)``, a padding mask ``(b, keys)``. ``is_causal`` is a hint that the mask, which must be
given, is the causal one.
"""

from deepdive.scratch.transformer.decoder import TransformerDecoder as TransformerDecoder
from deepdive.scratch.transformer.decoder import TransformerDecoderLayer as TransformerDecoderLayer
from deepdive.scratch.transformer.encoder import TransformerEncoder as TransformerEncoder
from deepdive.scratch.transformer.encoder import TransformerEncoderLayer as TransformerEncoderLayer
from deepdive.scratch.transformer.transformer import Transformer as Transformer
