"""Pages as one HTML file: no other file, no network, and nothing in it that a user wrote runs."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from regpipe.report.views import intervals
from regpipe.report.views.cells import badge

TEMPLATES = "templates"


def fill(template: str, **content: object) -> str:
    """Return a page: a template that extends `base.html.j2`, with everything it is to show."""
    script = _read("report.js")
    # How the page's security policy names the one script that may run.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    parts = {"style": Markup(_read("report.css")), "script": Markup(script)}
    page = _environment().get_template(template)
    return page.render(**parts, script_hash=f"sha256-{digest}", **content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("regpipe.report", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"badge": badge, "drawing": intervals}
    return environment


@cache
def _read(name: str) -> str:
    return (files("regpipe.report") / TEMPLATES / name).read_text(encoding="utf-8")
