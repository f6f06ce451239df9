"""What each dataset of a run will hold, as a digest of everything that it is made from.

A node is a pure function of its inputs. So its outputs are determined by what the node does, its
inputs' digests and how datasets are saved and loaded, before anything is loaded or run.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel

from regpipe.kedro_side.runner.records import BESIDE, content_of, files_of
from regpipe.provenance.closures import OWN, code_digest
from regpipe.provenance.digests import digest
from regpipe.provenance.versions import version_of

TRAINER = "trainer"  # threads, and what is stored, change no result
JOURNAL = ".journal"  # of a search: what it has found already, and would find again
LOOKS = "looks"  # what was told before: a plan keeps the place in it that it once had
ORIGIN = "origin"  # when something is made is no reason to make it again
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")  # as where a class is imported from

Fingerprints = dict[str, str | None]


def fingerprints(
    pipeline: Pipeline,
    catalog: CatalogProtocol,
    configs: Mapping[str, Mapping[str, Any]],
    there: Mapping[str, str],
) -> Fingerprints:
    """Return a fingerprint of each dataset of a pipeline; None where it isn't known.

    Args:
        pipeline: what shall be run.
        catalog: from which parameters are read.
        configs: the catalog's entry of each dataset.
        there: fingerprints of files that are there and that another pipeline made.
    """
    prints: Fingerprints = {}
    for name in pipeline.inputs():
        prints[name] = _of_input(name, catalog, configs[name], there)
    for node in pipeline.nodes:  # in the order in which they can be run
        made = _of_node(node, prints)
        for name in node.outputs:
            prints[name] = made and digest([made, name, _lasting(configs[name])])
    return prints


def _of_input(
    name: str, catalog: CatalogProtocol, config: Mapping[str, Any], there: Mapping[str, str]
) -> str | None:
    if name in (LOOKS, ORIGIN) or name.endswith(JOURNAL):
        return digest(_code(config))
    if name == TRAINER:
        return digest([config["engine"], config.get("random", "hash"), _code(config)])
    if name == "parameters" or name.startswith("params:"):
        value = _plain(catalog.load(name))
        return digest([value, sorted(set(_versions(value)))])
    if name in there:
        return there[name]
    content = content_of(files_of(config))
    return content and digest([content, _lasting(config)])


def _of_node(node: Node, prints: Mapping[str, str | None]) -> str | None:
    function, filled = node.func, {}
    if isinstance(node.func, partial):
        function, filled = node.func.func, node.func.keywords
    inputs = [(name, prints[name]) for name in node.inputs]
    name = f"{function.__module__}.{function.__qualname__}"
    if not _is_ours(name) or any(fingerprint is None for _, fingerprint in inputs):
        return None
    # Not the node's name: the study nests the same nodes in further namespaces.
    return digest([code_digest(name), name, filled, inputs])


def _is_ours(name: str) -> bool:
    return name.startswith(f"{OWN}.")  # `code_digest` knows no other code


def _lasting(config: Mapping[str, Any]) -> list[Any]:
    """Return the part of a dataset's configuration that is about its content, and whose it is."""
    kept = {k: v for k, v in config.items() if k not in ("filepath", *BESIDE, "metadata")}
    return [kept, _code(config)]


def _code(config: Mapping[str, Any]) -> list[Any]:
    """Return what the classes do that a dataset's configuration names."""
    named = [str(config[key]) for key in ("type", "kind") if key in config]
    return [
        code_digest(name)
        if _is_ours(name)
        else [version_of(part) for part in ("kedro_datasets", *name.split(".")[:-1])]
        for name in named
    ]


def _versions(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the packages, with their versions, of classes that a value names, such as a model's."""
    if isinstance(value, str) and DOTTED.fullmatch(value):
        package = value.partition(".")[0]
        if version := version_of(package):
            yield package, version
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _versions(item)


def _plain(value: Any) -> Any:
    """Return what JSON can hold: Kedro types parameters, also those inside of others."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
