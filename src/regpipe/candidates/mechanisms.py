"""Claims of mechanism: do the arms that they are about have what they measure?"""

from collections.abc import Iterator, Mapping
from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.errors import SpecError, unknown
from regpipe.language import Mechanism
from regpipe.language.mechanisms import OF_HISTORY
from regpipe.language.reading import parse
from regpipe.language.vocabulary import check_name

MECHANISMS = "mechanisms"  # the parameter
OF_ALL = ("norm", "activation", "zeros", "epochs", "best_epoch", "train_rows")


def faults_of_mechanisms(
    blocks: Mapping[str, Any], arms: Mapping[str, Arm | None]
) -> Iterator[str]:
    """Yield what is wrong with claims.

    Args:
        blocks: the claims by their names, as written.
        arms: of each problem and each technique; None where its block has a fault of its own.
    """
    for name, block in blocks.items():
        path = f"{MECHANISMS}.{name}"
        try:
            check_name(path, "claim", name)
            _check(path, parse(Mechanism, block, path), arms)
        except SpecError as error:
            yield from error.faults


def _check(path: str, claim: Mechanism, arms: Mapping[str, Arm | None]) -> None:
    for key, name in {"arm": claim.arm, "beside": claim.beside}.items():
        if name and name not in arms:
            raise unknown(f"{path}.{key}", "problem or technique", name, arms)
    arm, beside = arms[claim.arm], arms[claim.beside or claim.arm]
    if arm is None or beside is None:
        return
    if claim.direction and claim.beside is None and arm.technique is None:
        raise SpecError(
            f"{path}.arm: {claim.arm} is a problem, and its baseline is beside nothing. Expected a "
            "technique, or `near` and `within`."
        )
    if claim.beside == claim.arm:
        raise SpecError(f"{path}.beside: {claim.arm} is beside itself. Expected another technique.")
    of_gains = claim.measure in _gains(arm)
    if beside.problem != arm.problem and not of_gains:
        raise SpecError(
            f"{path}.beside: {claim.beside} changes {beside.problem}, {claim.arm} changes "
            f"{arm.problem}. Expected two of the same problem."
        )
    if of_gains and claim.beside is None:
        raise SpecError(
            f"{path}.measure: {claim.measure} is one beside the baseline already. Expected a "
            f"technique to be `beside`, or test_{claim.measure.removeprefix('gain_')}."
        )
    for one in (arm, beside if claim.beside else arms[arm.problem] or arm):
        if claim.measure not in measures_of(one):
            what = f"measure of {one.name}"
            raise unknown(f"{path}.measure", what, claim.measure, measures_of(one))


def measures_of(arm: Arm) -> list[str]:
    """Return what can be claimed about an arm."""
    *hidden, _ = layers = list(arm.layers)
    return [
        *OF_ALL,
        *(f"norm_{layer}" for layer in layers),
        *(f"{kind}_{layer}" for kind in ("activation", "zeros") for layer in hidden),
        *(f"{kind}_{log}" for kind in OF_HISTORY for log in arm.task.logs[2:]),
        *(f"test_{score}" for score in arm.task.scores),
        *_gains(arm),
    ]


def _gains(arm: Arm) -> list[str]:
    """Return the measures that only a technique has."""
    return [f"gain_{score}" for score in arm.task.scores] if arm.technique else []
