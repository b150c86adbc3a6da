import re

import torch

import deepdive
from deepdive.training.runs import environment


def test_it_names_what_a_result_depends_on():
    facts = environment.environment()
    assert facts["torch"] == torch.__version__
    assert facts["deepdive"] == deepdive.__version__
    assert re.search(r", \d+ cores$", facts["processor"])
    assert re.fullmatch(r"[0-9a-f]{12}(-dirty)?|unknown", facts["commit"])
    assert all(isinstance(value, str) for value in facts.values())


def test_outside_a_checkout_the_commit_is_unknown(monkeypatch, tmp_path):
    (tmp_path / "site" / "deepdive").mkdir(parents=True)
    monkeypatch.setattr(deepdive, "__file__", str(tmp_path / "site" / "deepdive" / "__init__.py"))
    assert environment.commit() == "unknown"
