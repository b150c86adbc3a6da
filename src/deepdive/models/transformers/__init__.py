"""Transformers: one core (``core``), and the networks that are made of it."""

from deepdive.models.transformers.bert import BERT as BERT
from deepdive.models.transformers.bert import mean_pooling as mean_pooling
from deepdive.models.transformers.bert import sentence_embedding as sentence_embedding
from deepdive.models.transformers.bert_heads import BERTClassifier as BERTClassifier
from deepdive.models.transformers.bert_heads import BERTForPretraining as BERTForPretraining
from deepdive.models.transformers.bert_heads import BERTTagger as BERTTagger
from deepdive.models.transformers.bert_heads import PretrainingLogits as PretrainingLogits
from deepdive.models.transformers.gpt import GPT as GPT
from deepdive.models.transformers.t5 import T5 as T5
from deepdive.models.transformers.translator import TransformerTranslator as TransformerTranslator
