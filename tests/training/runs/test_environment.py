import re
import subprocess

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


def test_only_a_change_of_the_source_makes_a_commit_dirty(monkeypatch, tmp_path):
    source = tmp_path / "src" / "deepdive"
    source.mkdir(parents=True)
    (source / "__init__.py").write_text("")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "first"]):
        subprocess.run([*git, *words], check=True)
    monkeypatch.setattr(deepdive, "__file__", str(source / "__init__.py"))
    clean = environment.commit()
    assert re.fullmatch("[0-9a-f]{12}", clean)
    (tmp_path / "result.json").write_text("{}")
    assert environment.commit() == clean
    (source / "new.py").write_text("x = 1")
    assert environment.commit() == f"{clean}-dirty"
