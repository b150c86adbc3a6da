"""How text becomes batches of numbers (D2L sections 9.2, 9.3 and 10.5)."""

from deepdive.data.text.byte_pair import BytePairTokenizer as BytePairTokenizer
from deepdive.data.text.corpora import CORPORA as CORPORA
from deepdive.data.text.corpora import Corpus as Corpus
from deepdive.data.text.corpora import load_text as load_text
from deepdive.data.text.corpora import read_corpus as read_corpus
from deepdive.data.text.corpora import read_texts as read_texts
from deepdive.data.text.encoder import TextEncoder as TextEncoder
from deepdive.data.text.factors import Factors as Factors
from deepdive.data.text.merges import learn_merges as learn_merges
from deepdive.data.text.module import Partition as Partition
from deepdive.data.text.module import TextDataModule as TextDataModule
from deepdive.data.text.module import Texts as Texts
from deepdive.data.text.reading import decode_text as decode_text
from deepdive.data.text.reading import read_text as read_text
from deepdive.data.text.streams import SequentialWindows as SequentialWindows
from deepdive.data.text.tokens import CharacterTokenizer as CharacterTokenizer
from deepdive.data.text.tokens import SubwordTokenizer as SubwordTokenizer
from deepdive.data.text.tokens import Tokenizer as Tokenizer
from deepdive.data.text.tokens import WordTokenizer as WordTokenizer
from deepdive.data.text.vocabulary import Vocabulary as Vocabulary
from deepdive.data.text.windows import RandomWindows as RandomWindows
from deepdive.data.text.windows import all_windows as all_windows
from deepdive.data.text.windows import consecutive_windows as consecutive_windows
from deepdive.targets import IGNORED as IGNORED
