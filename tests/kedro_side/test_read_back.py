"""What `new-problem` writes is read back as it was meant, or isn't written."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from kedro.config import OmegaConfigLoader

from regpipe.cli import new_problem
from regpipe.errors import SpecError
from regpipe.kedro_side.read_back import check_read_back
from regpipe.settings import CONFIG_LOADER_ARGS
from regpipe.tables.new_problem import propose
from regpipe.tables.proposal import Proposal, to_yaml
from regpipe.tables.reading import Options

WORDS = ["1e5", "${x}", "${oc.env:HOME}", r"\${x}", "$5 and $6", "???", "yes", "0x1f", "1:30", "~"]


def proposed(folder: Path, words: list[str], **options: Any) -> Proposal:
    head = ",".join(["'a b'", "c = ${y}", "1st"])
    rows = [f"{k},{words[k % len(words)]},{words[k % 2]}" for k in range(40)]
    file = folder / "mine.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return propose("yes", file, str(file), "1st", Options(**options))


def texts(proposal: Proposal) -> dict[str, str]:
    return dict(zip(("problems", "catalog"), to_yaml("yes", proposal, "mine.csv"), strict=True))


@pytest.mark.parametrize("first", range(len(WORDS)))
def test_texts_of_all_kinds_are_read_back_as_they_are(first: int, tmp_path: Path) -> None:
    words = WORDS[first:] + WORDS[:first]
    proposal = proposed(tmp_path, words, title=f"Costs {words[0]}: all of it")
    check_read_back("yes", proposal, texts(proposal), tmp_path)
    for env in ("base", "local"):
        (tmp_path / "conf" / env).mkdir(parents=True)
    (tmp_path / "conf" / "base" / "problems_yes.yml").write_text(texts(proposal)["problems"])
    conf = OmegaConfigLoader(conf_source=str(tmp_path / "conf"), **CONFIG_LOADER_ARGS)
    assert conf["parameters"] == {"yes": proposal.problem}
    assert proposal.problem["rows"]["classes"] == sorted(words[:2])


def test_what_would_be_read_back_otherwise_is_refused(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, ["red", "blue"])
    meant = texts(proposal)
    changed = {**meant, "problems": meant["problems"].replace("epochs: 300", "epochs: 30")}
    with pytest.raises(SpecError, match="yes.training.epochs: 300 would be read back as 30"):
        check_read_back("yes", proposal, changed, tmp_path)
    other = yaml.safe_load(meant["catalog"])
    (tmp_path / "mine.csv").write_text("'a b',c = ${y},1st\n" + "1,red,blue\n2,red,red\n" * 20)
    assert other["yes"]["filepath"] == str(tmp_path / "mine.csv")
    with pytest.raises(SpecError, match="the rows of yes would be read back as others"):
        check_read_back("yes", proposal, meant, tmp_path)


def test_a_text_that_kedro_cannot_read_is_refused_in_a_line(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, ["red", "blue"], title="half a ${")
    with pytest.raises(SpecError, match="the files that would be written can't be read"):
        check_read_back("yes", proposal, texts(proposal), tmp_path)


@pytest.mark.parametrize("option", ["--target", "--file", "--title", "--train", "--task", "--env"])
def test_an_option_that_is_said_once_is_refused_twice(option: str) -> None:
    value = {"--train": ("0.5", "0.6"), "--task": ("binary", "regression")}.get(option, ("a", "b"))
    given = ["mine", "--file", "mine.csv", "--target", "y", option, value[0], option, value[1]]
    done = CliRunner().invoke(new_problem, given)
    assert done.exit_code == 2 and f"Invalid value for '{option}'" in done.output
    assert "Expected once" in done.output
