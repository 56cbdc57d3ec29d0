"""How a working process says what it does: nothing is lost by a `kill -9`, and nothing is halved.

Each line is written into a pipe, or at the end of a file, by one call.
"""

import json
import os
from collections.abc import Callable
from typing import Any

Say = Callable[..., None]


def teller(pipe: int) -> Say:
    """Return a function that writes one line of JSON into `pipe`."""

    def say(kind: str, **words: Any) -> None:  # Any: JSON
        os.write(pipe, json.dumps({"kind": kind, **words}).encode() + b"\n")

    return say
