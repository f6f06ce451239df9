"""How a client of a cluster is come by."""

import json
import logging
import os
import warnings
from threading import Lock
from typing import TYPE_CHECKING, Any

from regpipe.errors import SpecError, reason_of

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)

PATIENCE = 10  # seconds in which a scheduler has to answer
_clients: dict[str, "Client"] = {}
_connecting = Lock()


def client_of(options: str) -> "Client":
    """Return the client of a cluster, by its options as JSON; one for all runs of a process."""
    with _connecting:
        client = _clients.get(options)
        if client is None or client.status != "running":
            client = _clients[options] = _connected(**json.loads(options))
            logger.info("Training on %s (%s).", client.scheduler.address, client.dashboard_link)
        return client


def _connected(address: str | None = None, **options: Any) -> "Client":
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")  # here, and in its processes
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise SpecError(
            "workers: dask isn't installed. Expected it: pip install 'regpipe[dask]'."
        ) from None
    if address is None:
        # Another one of this machine has the usual port; where the dashboard is, is told.
        warnings.filterwarnings("ignore", r"Port \d+ is already in use", UserWarning)
        settings = {"threads_per_worker": 1, "silence_logs": logging.ERROR, **options}
        try:
            return Client(LocalCluster(**settings), set_as_default=False)
        except Exception as error:  # whatever an option of a person's brings about
            raise SpecError(
                f"dask: no workers can be started with {options} ({reason_of(error)}). Expected "
                "arguments of distributed.LocalCluster, such as n_workers: 2."
            ) from None
    try:
        return Client(address, **{"timeout": PATIENCE, "set_as_default": False, **options})
    except (OSError, ValueError) as error:
        raise SpecError(
            f"dask: no scheduler answers at {address} ({reason_of(error)}). Expected the address "
            "that `dask scheduler` shows, such as tcp://10.0.0.1:8786."
        ) from None
