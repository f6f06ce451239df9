"""Blocks of references -> estimators, whose classes are imported by the paths that a user wrote."""

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from regpipe.errors import SpecError, unknown
from regpipe.language.reading import parse
from regpipe.language.references import EXAMPLE, Reference

REFERENCES, NETWORK = "references", "network"
Setting = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """A model beside the network.

    Attributes:
        name: of its block.
        block: what a user wrote.
        kind: its class.
    """

    name: str
    block: Reference
    kind: type

    @property
    def settings(self) -> list[Setting]:
        """Every combination of the values of its grid; one without any where it has none."""
        from sklearn.model_selection import ParameterGrid

        return list(ParameterGrid(self.block.grid))

    def estimator(self, setting: Setting, **further: Any) -> Any:
        """Return it unfitted; of `further` arguments it has those that it knows and nobody set."""
        return self.kind(**self.given(setting, **further))

    def given(self, setting: Setting, **further: Any) -> dict[str, Any]:
        """Return the arguments that it is made with, see `estimator`."""
        known = {name: value for name, value in further.items() if name in arguments_of(self.kind)}
        return {**known, **self.block.arguments, **setting}

    @property
    def classifies(self) -> bool:
        """Whether it predicts classes."""
        from sklearn.base import is_classifier

        return bool(is_classifier(self.estimator(self.settings[0])))


def parse_references(blocks: Mapping[str, Any] | None) -> dict[str, Reference]:
    """Return the references by their names, without those that are null; nothing is imported.

    Raises:
        SpecError: as `parse`, or one has the name of the network's row.
    """
    faults: list[str] = []
    found = {}
    for name, block in (blocks or {}).items():
        try:
            if name == NETWORK:
                raise SpecError(f"{REFERENCES}.{name}: that is the network. Expected another name.")
            if block is not None:
                found[name] = parse(Reference, block, f"{REFERENCES}.{name}")
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(*faults)
    return found


def peers_of(blocks: Mapping[str, Any], problem: str, classifies: bool, rows: int) -> list[Peer]:
    """Return the models that a problem's network stands beside.

    Args:
        blocks: of all references.
        problem: its name, for messages.
        classifies: whether its target is a class.
        rows: how many are trained on.

    Raises:
        SpecError: a type is no estimator, doesn't know an argument, or there is no model left.
    """
    peers = [peer for peer in load(blocks) if peer.classifies == classifies]
    if few := [peer for peer in peers if rows <= (peer.block.at_most or rows)]:
        return few
    kind = "classifier" if classifies else "regressor"
    raise SpecError(f"{REFERENCES}: none suits {problem}. Expected a {kind} for {rows:,} rows.")


def left_out(
    blocks: Mapping[str, Any], problem: str, classifies: bool, rows: int
) -> dict[str, str]:
    """Return why models are left out: they are slow, or aren't installed; see `peers_of`."""
    left = {peer.name for peer in peers_of(blocks, problem, classifies, rows)}
    slow = {
        peer.name: f"it takes long on more than {peer.block.at_most:,} rows"
        for peer in load(blocks)
        if peer.classifies == classifies and peer.name not in left
    }
    missing = {
        name: f"it comes with `pip install 'regpipe[{block.extra}]'`"
        for name, block in parse_references(blocks).items()
        if block.is_missing and block.type.endswith("Classifier" if classifies else "Regressor")
    }
    return slow | missing


def load(blocks: Mapping[str, Any]) -> list[Peer]:
    """Return all references with their classes, but for those that aren't installed.

    Raises:
        SpecError: as `peers_of`.
    """
    faults: list[str] = []
    peers = []
    for name, block in parse_references(blocks).items():
        if block.is_missing:
            continue
        try:
            peers.append(Peer(name, block, class_of(f"{REFERENCES}.{name}.type", block.type)))
            faults += _faults_of(peers[-1], f"{REFERENCES}.{name}")
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(*faults)
    return peers


def class_of(path: str, name: str) -> type:
    """Import a class of scikit-learn's kind; `path` is for messages.

    Raises:
        SpecError: there is no such class, or it is no estimator.
    """
    from sklearn.base import BaseEstimator

    module, _, last = name.rpartition(".")
    if not module.startswith("sklearn"):
        # PyTorch brings Triton, whose LLVM and TensorFlow's end a process that loads both. It does
        # without on a CPU.
        sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
    try:
        there = vars(import_module(module))
    except Exception as error:  # whatever somebody's module raises
        raise SpecError(f"{path}: '{module}' can't be imported ({error}).") from None
    if last not in there:
        raise unknown(path, f"class of {module}", last, filter(str.isidentifier, there))
    found = there[last]
    if not (inspect.isclass(found) and issubclass(found, BaseEstimator)):
        raise SpecError(f"{path}: '{name}' is no estimator. Expected one, such as {EXAMPLE}.")
    return found


def arguments_of(kind: type) -> dict[str, inspect.Parameter]:
    """Return the arguments that an estimator is made with, by their names."""
    return dict(inspect.signature(kind).parameters)


def _faults_of(peer: Peer, path: str) -> Iterator[str]:
    """Yield what is wrong with a reference's arguments, or what it predicts."""
    from sklearn.base import is_classifier, is_regressor

    known, what = arguments_of(peer.kind), f"argument of {peer.kind.__name__}"
    takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in known.values())
    given = {"arguments": peer.block.arguments, "grid": peer.block.grid}
    others = [(key, name) for key, names in given.items() for name in names if name not in known]
    if others and not takes_any:
        for key, name in others:
            yield from unknown(f"{path}.{key}", what, name, known).faults
        return
    try:
        estimator = peer.estimator(peer.settings[0])
    except TypeError as error:  # an argument without a default
        yield f"{path}.arguments: {error}."
        return
    if not (is_classifier(estimator) or is_regressor(estimator)):
        yield f"{path}.type: {peer.kind.__name__} predicts neither classes nor numbers."
