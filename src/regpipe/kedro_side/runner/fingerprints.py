"""What each dataset of a run will hold, as a digest of everything that it is made from.

A node is a pure function of its inputs. So its outputs are determined by the node, its inputs'
digests, our code and the libraries, before anything is loaded or run.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline
from pydantic import BaseModel

from regpipe.kedro_side.runner.records import BESIDE, file_digest
from regpipe.provenance import code_digest, digest, versions

TRAINER = "trainer"  # threads, and what is stored, change no result
JOURNAL = ".journal"  # of a search: what it has found already, and would find again
LOOKS = "looks"  # what was told before: a plan keeps the place in it that it once had
OWN = __name__.partition(".")[0]

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
    if name == LOOKS or name.endswith(JOURNAL):
        return ""
    if name == TRAINER:
        return digest([config["engine"], config.get("random", "hash")])
    if name == "parameters" or name.startswith("params:"):
        return digest(_plain(catalog.load(name)))
    if name in there:
        return there[name]
    file = Path(config["filepath"]) if "filepath" in config else None
    return digest([file_digest(file), _lasting(config)]) if file and file.is_file() else None


def _of_node(node: Node, prints: Mapping[str, str | None]) -> str | None:
    function, filled = node.func, {}
    if isinstance(node.func, partial):
        function, filled = node.func.func, node.func.keywords
    inputs = [(name, prints[name]) for name in node.inputs]
    foreign = function.__module__.partition(".")[0] != OWN  # code that `code_digest` doesn't know
    if foreign or any(fingerprint is None for _, fingerprint in inputs):
        return None
    # Not the node's name: the study nests the same nodes in further namespaces.
    does = [function.__module__, function.__qualname__, filled]
    return digest([code_digest(), versions(), does, inputs])


def _lasting(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a dataset's configuration that is about its content."""
    return {k: v for k, v in config.items() if k not in ("filepath", *BESIDE, "metadata")}


def _plain(value: Any) -> Any:
    """Return what JSON can hold: Kedro types parameters, also those inside of others."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
