import json
import random
import re

import pytest

from deepdive.recipes.language.bert.questions import read_questions
from deepdive.recipes.running import runner

from ..texts import run
from .published import publish

pytestmark = pytest.mark.usefixtures("without_shape_checks")

SMALL = {"epochs": 12, "batch_size": 16, "max_length": 40, "max_question_length": 8, "overlap": 4, "dropout": 0.0}
PEOPLE, PLACES = ("ada", "alan", "grace"), ("london", "paris", "rome")


def squad(n=150, *, unanswered=False, seed=0):
    """Who left; in every third text nobody did, if asked for."""
    draw = random.Random(seed)
    paragraphs = []
    for i in range(n):
        nobody = unanswered and i % 3 == 0
        person, place = "nobody" if nobody else draw.choice(PEOPLE), draw.choice(PLACES)
        context = f"{i} : {person} left {place} ."
        answers = [] if nobody else [{"text": person, "answer_start": context.index(person)}]
        asked = {"id": f"{i}", "question": "who was it ?", "answers": answers, "is_impossible": nobody}
        paragraphs.append({"context": context, "qas": [asked]})
    return json.dumps({"version": "1.1", "data": [{"title": "made", "paragraphs": paragraphs}]})


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    words = " ".join((*PEOPLE, *PLACES)) + " nobody who was it ? left . : 0 1 2 3 4 5 6 7 8 9 (none)"
    return publish(tmp_path_factory.mktemp("encoder"), [words] * 3)


@pytest.mark.parametrize("unanswered", [False, True])
def test_questions_of_ones_own_are_answered(tmp_path, encoder, unanswered):
    (tmp_path / "own.json").write_text(squad(unanswered=unanswered), encoding="utf-8")
    changes = SMALL | {"weights": str(encoder), "layer_lr_decay": 1.0, "optimizer": {"lr": 0.01}}
    outcome = run("bert-qa", tmp_path / "own.json", tmp_path, **changes)
    assert outcome.metrics["test_f1"] > 0.9
    assert outcome.metrics["test_exact"] <= outcome.metrics["test_f1"]
    report = (outcome.run.folder / "report.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><td>\d+ : (\w+) left.*?</td><td>.*?</td><td>(.*?)</td><td>(.*?)</td></tr>", report)
    assert len(rows) > 9
    assert all((right == "") == (found == truth.replace("nobody", "(none)")) for truth, found, right in rows)
    asked = ["who was it ?|||7 : ada left rome .", "who was it ?\t7 : grace left paris ."]
    assert [each.answers for each in runner.predict(outcome.run.folder, asked)] == [("ada",), ("grace",)]
    if unanswered:
        [none] = runner.predict(outcome.run.folder, ["who was it ?|||7 : nobody left rome ."])
        assert none.answers == ("(none)",)
    (tmp_path / "new.json").write_text(squad(3, unanswered=unanswered, seed=1).replace('"answers"', '"spans"'))
    new = json.loads((tmp_path / "new.json").read_text())["data"][0]["paragraphs"]
    told = runner.predict(outcome.run.folder, [tmp_path / "new.json"])
    assert [each.given for each in told] == [f"who was it ?\t{each['context']}" for each in new]
    assert [each.answers[0] for each in told if "nobody" not in each.given] == [
        each["context"].split()[2] for each in new if "nobody" not in each["context"]
    ]
    with pytest.raises(ValueError, match="is no pair of texts"):
        runner.predict(outcome.run.folder, ["who was it ?"])


def test_no_text_is_in_two_parts(tmp_path):
    (tmp_path / "own.json").write_text(squad(), encoding="utf-8")
    splits = read_questions(str(tmp_path / "own.json"))
    contexts = [{question.context for question in part} for part in (splits.train, splits.val, splits.test)]
    assert [len(part) for part in contexts] == [121, 14, 15]
    assert len(set.union(*contexts)) == 150


def test_what_is_missing_or_wrong_is_told(tmp_path):
    with pytest.raises(ValueError, match="data must be wikiann-en, or a file or folder of questions, got 'sst2'"):
        read_questions("sst2")
    with pytest.raises(FileNotFoundError, match="there is no data set, file or folder of that name"):
        read_questions(str(tmp_path / "none.json"))
    wrong = json.loads(squad(3))
    wrong["data"][0]["paragraphs"][1]["qas"][0]["answers"][0]["answer_start"] = 0
    (tmp_path / "own.json").write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(ValueError, match=r"question '1': the answer .* should begin at character 0"):
        read_questions(str(tmp_path / "own.json"))


def test_a_folder_has_its_questions_by_name(tmp_path, capsys):
    (tmp_path / "train-v1.1.json").write_text(squad(9), encoding="utf-8")
    (tmp_path / "dev-v1.1.json").write_text(squad(4, seed=1), encoding="utf-8")
    splits = read_questions(str(tmp_path))
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [9, 4, 0]
    assert (
        "train-v1.1.json is learnt from, dev-v1.1.json is validated on, nothing is tested on" in capsys.readouterr().err
    )
