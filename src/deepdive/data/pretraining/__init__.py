"""What BERT and T5 learn from before they are put to a task: texts with masked tokens or corrupted spans."""

from deepdive.data.pretraining.masking import MaskTokens as MaskTokens
from deepdive.data.pretraining.pairs import MaskedPairsDataModule as MaskedPairsDataModule
from deepdive.data.pretraining.pairs import draw_pairs as draw_pairs
from deepdive.data.pretraining.paragraphs import read_paragraphs as read_paragraphs
from deepdive.data.pretraining.spans import SpanDataModule as SpanDataModule
from deepdive.data.pretraining.spans import cut_spans as cut_spans
from deepdive.data.pretraining.spans import draw_spans as draw_spans
from deepdive.data.pretraining.spans import span_counts as span_counts
