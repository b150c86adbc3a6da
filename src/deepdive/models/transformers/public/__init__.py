"""Networks as their authors publish them: names of tensors and of settings."""

from deepdive.models.transformers.public.bert import BERT_KEYS as BERT_KEYS
from deepdive.models.transformers.public.bert import BERT_LAYOUT as BERT_LAYOUT
from deepdive.models.transformers.public.bert import bert_arguments as bert_arguments
from deepdive.models.transformers.public.gpt2 import GPT2_KEYS as GPT2_KEYS
from deepdive.models.transformers.public.gpt2 import GPT2_LAYOUT as GPT2_LAYOUT
from deepdive.models.transformers.public.gpt2 import gpt2_arguments as gpt2_arguments
from deepdive.models.transformers.public.layout import PublicLayout as PublicLayout
from deepdive.models.transformers.public.layout import Rule as Rule
from deepdive.models.transformers.public.t5 import T5_KEYS as T5_KEYS
from deepdive.models.transformers.public.t5 import T5_LAYOUT as T5_LAYOUT
from deepdive.models.transformers.public.t5 import t5_arguments as t5_arguments
