"""Keys by number, all from one secret, of which any can be destroyed for good.

A binary tree of secrets (Goldreich, Goldwasser and Micali 1986, doi:10.1145/6490.6503): each node
gives its two children, one way, and the leaf of a number gives its key. At first the root is kept.
To destroy keys, every node above them is given up for the nodes beside their paths: these give all
other keys, made or not yet made, and nothing gives the destroyed ones again (a *puncturable*
function). So a copy of the nodes opens what was sealed before and after it was made, and stays
small: one node, and at most 64 more for each run of destroyed numbers.

A node is named by its path, a text of `0` and `1`; the root by the empty text.
"""

import hmac
from collections.abc import Collection, Mapping
from typing import Final

DEPTH: Final = 32
NUMBERS: Final = 1 << DEPTH
ROOT: Final = ""
_CHILDREN: Final = {"0": b"kerne key tree 1, left", "1": b"kerne key tree 1, right"}
_KEY: Final = b"kerne key tree 1, key"


def node_above(paths: Collection[str], number: int) -> str | None:
    """Return which of the nodes gives the key of `number`; `None` when it was destroyed."""
    leaf = path_of(number)
    return next((leaf[:at] for at in range(DEPTH + 1) if leaf[:at] in paths), None)


def key_below(path: str, secret: bytes, number: int) -> bytes:
    """Return the key of `number`, 32 bytes, from the node above it."""
    for step in path_of(number)[len(path) :]:
        secret = _child(secret, step)
    return hmac.digest(secret, _KEY, "sha256")


def without(nodes: Mapping[str, bytes], low: int, high: int) -> dict[str, bytes]:
    """Return nodes that give all keys that `nodes` give, but for those of `[low, high)`."""
    kept = {}
    waiting = list(nodes.items())
    while waiting:
        path, secret = waiting.pop()
        first = int(path.ljust(DEPTH, "0"), 2)
        past = first + (1 << (DEPTH - len(path)))
        if past <= low or high <= first:
            kept[path] = secret
        elif first < low or high < past:
            waiting += [(path + step, _child(secret, step)) for step in _CHILDREN]
    return kept


def path_of(number: int) -> str:
    """Return the path of the leaf of a number below `NUMBERS`.

    Examples
    --------
    >>> path_of(5)[-4:]
    '0101'
    """
    return f"{number:0{DEPTH}b}"


def _child(secret: bytes, step: str) -> bytes:
    return hmac.digest(secret, _CHILDREN[step], "sha256")
