import re

import pytest

from deepdive.data.registry import DATASETS, find
from deepdive.data.sources import Apt, Https, Installed, Npm, Pip

NO_PACKAGE = {
    "airfoil",
    "kaggle-house",
    "cifar10",
    "sunspots",
    "airline-passengers",
    "min-temperatures",
    "time-machine",
    "ptb",
    "fra-eng",
    "wikiann-en",
    "sst2",
    "sick",
    "wikitext2",
    "wikitext2-shuffled",
}
"""No package has these; a user without the addresses puts the files into a folder of his own."""


@pytest.mark.parametrize("name", DATASETS)
def test_rows_are_complete(name):
    dataset = find(name)
    assert dataset.name == name
    assert dataset.title
    assert dataset.licence
    assert dataset.homepage.startswith("http")
    assert dataset.size == sum(file.size for file in dataset.files) > 0
    assert len({file.name for file in dataset.files}) == len(dataset.files)
    for file in dataset.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)
        assert "/" not in file.name


@pytest.mark.parametrize("name", DATASETS)
def test_sources_go_from_near_to_far(name):
    ranks = [(Installed, Https, (Pip, Npm, Apt))]
    order = [next(i for i, kind in enumerate(ranks[0]) if isinstance(s, kind)) for s in find(name).sources]
    assert order == sorted(order)
    if not order:
        others = [dataset for dataset in DATASETS.values() if name in dataset.instead]
        assert others, "what has no source must at least serve in place of something that has"
        return
    assert order[-1] == (1 if name in NO_PACKAGE else 2), "where a package has the files, it is the last resort"
    for source in find(name).sources:
        if isinstance(source, Https):
            assert re.fullmatch(r"https://.*/", source.address)


@pytest.mark.parametrize("name", DATASETS)
def test_what_serves_instead_exists_and_has_the_same_classes(name):
    for other in find(name).instead:
        assert find(other).labels == find(name).labels
        assert other != name


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(ValueError, match="no data set is called 'qqq'; there are fashion-mnist, mnist, digits"):
        find("qqq")
    with pytest.raises(ValueError, match=r"did you mean 'mnist'\?"):
        find("MNIST")
