"""Help texts: every flag under its own name, the run folder in the usage, lines that fit a terminal."""

import re

import pytest

from deepdive import cli
from deepdive.recipes import recipes


def shown(capsys, *words):
    status = cli.main(words)
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return out


@pytest.fixture
def of_recipe(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def shown(name):
        with pytest.raises(SystemExit) as ended:
            cli.main(["run", name, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return shown


@pytest.mark.parametrize("name", recipes())
def test_a_flag_that_ends_a_setting_stands_beside_the_one_that_its_help_is_of(of_recipe, name):
    text = of_recipe(name)
    assert "deepdive run" in text
    for outer, ended in re.findall(r"--([a-z.]*?)no-([a-z-]+)", text):
        assert re.search(rf"--{outer}{ended}, --{outer}no-{ended}\b", text), f"--{outer}no-{ended} stands alone"


def test_what_is_on_can_be_said_both_ways(of_recipe):
    assert "--normalize, --no-normalize" in of_recipe("lenet")
    assert "--no-modern" not in of_recipe("lenet")


@pytest.mark.parametrize("words", [("--help",), ("RUN", "--help")])
def test_predict_tells_that_it_takes_a_run_and_files(capsys, tmp_path, words):
    if words[0] == "RUN":
        assert cli.main(["run", "edge-kernel", "--preset", "smoke", "--quiet", "--runs", str(tmp_path)]) in (0, 1)
        words = (str(next(tmp_path.glob("edge-kernel/*"))), *words[1:])
        capsys.readouterr()
    with pytest.raises(SystemExit):
        cli.main(["predict", *words])
    assert re.match(r"usage: deepdive predict .*RUN FILE \[FILE \.\.\.\]", capsys.readouterr().out)


def test_data_list_fits_a_terminal_and_tells_licences(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = shown(capsys, "data", "list")
    assert max(map(len, out.splitlines())) <= 80
    assert re.search(r"^fashion-mnist +55\.0 MB  from .*\n +60,000 .* Licence:\s+MIT\.", out, flags=re.MULTILINE)
