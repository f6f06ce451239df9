"""What something does is what it uses: a comment may change, a number may not."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from regpipe.provenance import closures
from regpipe.provenance.closures import closure, code_digest

FILES = {
    "seeds.py": """
        '''Doc.'''
        SEED = 1

        def derive(number):
            '''Return another.'''
            return number + SEED  # why
        """,
    "plots/__init__.py": """
        from ours.plots.wide import draw
        from ours.plots.style import COLOUR
        """,
    "plots/wide.py": """
        from typing import TYPE_CHECKING
        from ours.plots.style import COLOUR
        if TYPE_CHECKING:
            from ours.terminal import show

        def draw(told: "show"):
            import matplotlib
            return matplotlib, COLOUR

        def unused():
            return 1
        """,
    "plots/style.py": "COLOUR = 'blue'\nWIDTH = 1\n",
    "nodes.py": """
        from ours import plots
        from ours.seeds import derive
        from ours.ideas import IDEAS

        def score(rows):
            return derive(rows), IDEAS

        def picture(rows):
            return plots.draw(rows)

        def page(rows):
            from ours.report.page import fill
            return fill(rows)

        def source(rows):
            import inspect
            return inspect.getsource(score)
        """,
    "ideas/__init__.py": """
        import pkgutil
        IDEAS = [module.name for module in pkgutil.iter_modules(__path__)]
        for idea in IDEAS:
            print(idea)
        """,
    "ideas/mixup.py": "def mix():\n    return 1\n",
    "report/__init__.py": "",
    "report/page.py": """
        from jinja2 import PackageLoader

        def fill(rows):
            return PackageLoader("ours.report", "templates"), rows
        """,
    "report/templates/page.j2": "<p>",
    "report/templates/page.css": "p {}",
    "terminal.py": "def show():\n    print('a, b')\n",
}


@pytest.fixture(autouse=True)
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small package of our own."""
    source = tmp_path / "ours"
    for name, text in FILES.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(dedent(text))
    monkeypatch.setattr(closures, "SOURCE", source)
    monkeypatch.setattr(closures, "OWN", "ours")
    monkeypatch.setattr(closures, "__file__", str(source / "closures.py"))
    (source / "closures.py").write_text("")
    read_anew()
    yield source
    monkeypatch.undo()
    read_anew()


def read_anew() -> None:
    """Do as another process would."""
    if closures.remembered.cache_info().currsize:
        closures.remembered().save()
    cached = (code_digest, closures._at, closures._modules, closures._bound, closures._statements)
    for function in (*cached, closures.remembered):
        function.cache_clear()


NODES = ("score", "picture", "page", "source")


def digests() -> dict[str, str]:
    read_anew()
    return {name: code_digest(f"ours.nodes.{name}") for name in NODES}


def changed(file: Path, text: str, *others: str) -> set[str]:
    """Write a file, and return which nodes do something else then."""
    before = digests()
    file.parent.mkdir(exist_ok=True)
    file.write_text(dedent(text))
    after = digests()
    return {name for name in NODES if after[name] != before[name]}


def test_what_nothing_uses_changes_nothing(ours: Path) -> None:
    assert changed(ours / "terminal.py", "def show():\n    print('a b')\n") == set()
    assert changed(ours / "plots" / "style.py", "COLOUR = 'blue'\nWIDTH = 2\n") == set()
    assert changed(ours / "new.py", "raise ValueError") == set()


def test_comments_and_docstrings_do_nothing_except_in_pasted_source(ours: Path) -> None:
    text = dedent(FILES["seeds.py"]).replace("Return another.", "Else.").replace("why", "because")
    assert changed(ours / "seeds.py", text) == {"source"}


def test_what_a_used_function_uses_counts_and_no_more(ours: Path) -> None:
    seeds = FILES["seeds.py"]
    assert changed(ours / "seeds.py", seeds.replace("SEED = 1", "SEED = 2")) == {"score", "source"}
    assert changed(ours / "plots" / "style.py", "COLOUR = 'red'\n") == {"picture"}
    wide = FILES["plots/wide.py"]
    assert changed(ours / "plots" / "wide.py", wide.replace("return 1", "return 2")) == set()


def test_what_is_done_wherever_a_module_is_used_counts(ours: Path) -> None:
    loop = FILES["ideas/__init__.py"].replace("print(idea)", "print(idea + idea)")
    assert changed(ours / "ideas" / "__init__.py", loop) == {"score", "source"}


def test_a_package_that_looks_beside_itself_uses_what_lies_there(ours: Path) -> None:
    assert changed(ours / "ideas" / "mixup.py", "def mix():\n    return 2\n") == {"score", "source"}
    assert changed(ours / "ideas" / "another.py", "def add():\n    return 1\n") == {
        "score",
        "source",
    }


@pytest.mark.parametrize("name", ["page.j2", "page.css", "new.js"])
def test_templates_and_styles_are_part_of_a_page(ours: Path, name: str) -> None:
    assert changed(ours / "report" / "templates" / name, "<b>") == {"page"}


@pytest.mark.parametrize("name", [".page.j2.swp", "__pycache__/page.cpython-311.pyc"])
def test_what_python_and_editors_leave_does_not_count(ours: Path, name: str) -> None:
    assert changed(ours / "report" / "templates" / name, "left") == set()


def test_the_versions_of_used_libraries_count(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests()
    monkeypatch.setattr(closures, "version_of", lambda name: f"{name} 9")
    after = digests()
    assert {name for name in NODES if after[name] != before[name]} == {"picture", "page"}
    only = code_digest("ours.nodes.picture", ("numpy",))
    monkeypatch.setattr(closures, "version_of", lambda name: f"{name} 10")
    read_anew()
    assert code_digest("ours.nodes.picture", ("numpy",)) == only


def test_a_method_and_an_inner_function_are_part_of_what_they_are_in() -> None:
    whole = code_digest("ours.nodes.score")
    assert code_digest("ours.nodes.score.<locals>.inner") == whole
    assert code_digest("ours.nodes") != whole


def test_an_import_for_types_alone_is_none() -> None:
    assert ("ours.terminal", "show") not in closure("ours.nodes.picture")


def test_nothing_is_followed_again_while_no_file_changes(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests()
    monkeypatch.setattr(closures, "closure", None)
    assert digests() == before
