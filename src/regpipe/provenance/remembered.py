"""What one process found out about code, for the next: kept where Python keeps what it compiled.

To parse what a run asks about takes a second, and to read it again a hundredth of that.
"""

import atexit
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from regpipe.provenance.digests import content_digest
from regpipe.whole import written_whole


class Remembered:
    """Facts that JSON can hold, each by a key that says all it depends on but the code.

    Args:
        finder: the file of the code that finds them out. Other code finds out others, so facts of
            another content of this file don't count.
        about: what all of them depend on beside it.
    """

    def __init__(self, finder: Path, about: str = "") -> None:
        self.place = Path(cache_from_source(str(finder))).with_suffix(".json")
        self._about = f"{content_digest(finder)}{about}".encode()
        self._facts: dict[str, Any] = {}
        self._new = False
        with suppress(OSError, ValueError):  # no such file, or a damaged one
            seal, facts = self.place.read_bytes().split(b"\n", 1)
            if seal == self._seal(facts):
                self._facts = json.loads(facts)
        atexit.register(self.save)

    def _seal(self, facts: bytes) -> bytes:
        return hashlib.sha256(self._about + facts).hexdigest().encode()

    def get(self, key: str, find_out: Callable[[], Any]) -> Any:
        """Return a fact; it's found out if nobody has before."""
        if key not in self._facts:
            self._facts[key] = find_out()
            self._new = True
        return self._facts[key]

    def save(self) -> None:
        """Keep what is new for the next process; only speed depends on it."""
        if not self._new:
            return
        facts = json.dumps(self._facts).encode()
        with suppress(OSError), written_whole(self.place) as begun:
            begun.write_bytes(self._seal(facts) + b"\n" + facts)
        self._new = False
