import pytest

from deepdive.data.registry import DATASETS
from deepdive.data.tables import TABLES, read_named


def test_every_named_table_is_in_the_registry_with_its_files():
    for name, table in TABLES.items():
        files = {file.name for file in DATASETS[name].files}
        assert table.file in files
        assert table.unlabelled is None or table.unlabelled in files
        assert table.targets


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="'mnist' is no table of the registry; these are: airfoil, kaggle-house"):
        read_named("mnist")
