"""Pages as one HTML file each: no network, and nothing in it that a user wrote runs."""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from regpipe.language.metrics import typeset
from regpipe.report.views import intervals
from regpipe.report.views.cells import badge

TEMPLATES = "templates"
SCRIPTS = ("statistics.js", "ask.js", "report.js")
PAGES = "report-pages"  # beside a page: a technique's folder, which lies there, can't be called so
ADDRESS = re.compile(r"https?://[^\s,;()<>\"']+[^\s,;.()<>\"']")


def fill(template: str, **content: object) -> str:
    """Return a page: a template that extends `base.html.j2`, with everything it is to show."""
    script = "".join(map(_read, SCRIPTS))
    # How the page's security policy names the one script that may run.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = {"style": Markup(_read("report.css")), "script": Markup(script)}
    page = _environment().get_template(template)
    return page.render(**parts, script_hash=f"sha256-{digest}", **content)


def with_links(text: str) -> Markup:
    """Return a text in which addresses are links.

    >>> with_links("A & B, https://doi.org/10.1/x.")
    Markup('A &amp; B, <a href="https://doi.org/10.1/x">https://doi.org/10.1/x</a>.')
    """
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return Markup("").join(map(Markup, [*parts, escape(text[end:])]))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("regpipe.report", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"badge": badge, "drawing": intervals, "pages": PAGES}
    environment.filters |= {"typeset": typeset, "with_links": with_links}
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return environment


@cache
def _read(name: str) -> str:
    return (files("regpipe.report") / TEMPLATES / name).read_text(encoding="utf-8")
