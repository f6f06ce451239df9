"""The site of the docs is built without a warning, of what is here alone; its links lead on."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from regpipe import language
from regpipe.ingredients import IDEAS, LAYERS, PENALTIES
from tests.conftest import PROJECT

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src"}


class Parsed(HTMLParser):
    """A page of the site: where it may be jumped to, what it links, and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.text = page.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value for name, value in attrs if value is not None}
        self.ids |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.add(said["href"])
        if tag in LOADED and LOADED[tag] in said:
            self.loads.add(said[LOADED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    return folder


def test_links_lead_on_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {page.resolve(): Parsed(page) for page in site.rglob("*.html")}
    assert len(pages) > 20
    for page, parsed in pages.items():
        if page.name == "404.html":  # its paths are those of a server's root
            continue
        for link in parsed.links | parsed.loads:
            if link.startswith(("https://", "http://", "mailto:")):
                assert link in parsed.links - parsed.loads, f"{page} loads {link}"
                continue
            target, anchor = urldefrag(unquote(link))
            there = (page.parent / target).resolve() if target else page
            assert there.is_file(), f"{page}: {link}"
            if anchor and there in pages:
                assert anchor in pages[there].ids, f"{page}: {link}"


def test_links_out_of_the_docs_are_on_the_site(site: Path) -> None:
    for page in ("CONTRIBUTING.html", "benchmarks/index.html", "conf/base/recipes.yml"):
        assert (site / page).is_file()
    assert 'href="reliability.html"' in (site / "CONTRIBUTING.html").read_text()


def test_the_reference_lacks_nothing(site: Path) -> None:
    """Each type of a block, and each idea that Keras lacks, has a section."""
    reference = {page.stem: Parsed(page) for page in (site / "reference").glob("*.html")}
    sections = reference["blocks"].ids | reference["parameters"].ids
    types = {name for name in language.__all__ if isinstance(getattr(language, name), type)}
    inner = {"GridPublished", "Measure"}  # what their types' own sections tell
    assert {name.lower() for name in types - inner} <= sections
    ideas = {*(idea.key() for idea in IDEAS), *PENALTIES, *(name.lower() for name in LAYERS)}
    for idea in ideas:
        assert any(section.startswith(idea) for section in reference["ingredients"].ids), idea
    for page in reference.values():
        assert "<!-- blocks" not in page.text and "<!-- names" not in page.text
    assert "kernel_regularizer" in reference["names"].text
    assert "weight_l2" in reference["techniques"].text
