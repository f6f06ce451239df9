"""Links from the docs to files of the repository, which work on a code host and on the site.

A code host shows `[Contributing](../CONTRIBUTING.md)` as it is. The site has the pages of docs/
only, so each file outside that one of them links is taken along, under its path in the repository:
Markdown as a page, all else as it is.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = "docs"
LINK = re.compile(r"(\]\()([^)#\s]+)([^)]*\))")
ELSEWHERE = re.compile(r"[a-z]+:")
taken: dict[str, str] = {}  # paths in the repository, by those on the site


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take along what is linked, and what those pages link in turn."""
    root = Path(config.config_file_path).parent
    taken.clear()
    named = set(re.findall(r"[\w/-]+\.md", str(config.nav)))
    todo = [f"{DOCS}/{file.src_uri}" for file in files.documentation_pages()]
    todo += [path for path in sorted(named) if (root / path).is_file()]
    seen: set[str] = set()
    while todo:
        path = todo.pop()
        if path in seen or not (root / path).is_file():  # who links what isn't there is told so
            continue
        seen.add(path)
        if not path.startswith(f"{DOCS}/"):
            taken[path] = path
            files.append(File.generated(config, path, abs_src_path=str(root / path)))
        if path.endswith(".md"):
            todo.extend(linked(path, (root / path).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links at where the files are on the site."""
    here = page.file.src_uri
    path = taken.get(here, f"{DOCS}/{here}")

    def moved(link: re.Match[str]) -> str:
        before, target, after = link.groups()
        if ELSEWHERE.match(target):
            return link[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        there = there.removeprefix(f"{DOCS}/")
        return before + posixpath.relpath(there, posixpath.dirname(here) or ".") + after

    return LINK.sub(moved, markdown)


def linked(path: str, markdown: str) -> Iterator[str]:
    """Yield the paths in the repository that a page links."""
    for _, target, _ in LINK.findall(markdown):
        if not ELSEWHERE.match(target):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
