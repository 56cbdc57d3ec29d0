"""Names that nobody bears: syllables set together."""

from typing import Final

import numpy as np

from kerne.synthetic.citizen import Sex

_FIRST: Final = ("Al", "Bri", "Dag", "El", "Fre", "Gu", "Hil", "Ing", "Jo", "Ka", "Li", "Mar")
_FIRST_MORE: Final = ("Nor", "Ol", "Ra", "Sig", "Tor", "Ulf", "Va", "Y")
_LAST_OF: Final[dict[Sex, tuple[str, ...]]] = {
    Sex.FEMALE: ("dis", "fa", "frid", "gun", "lina", "mira", "na", "run", "tea", "vild"),
    Sex.MALE: ("bert", "dan", "fred", "gar", "mund", "nar", "ric", "ster", "vard", "win"),
}
_PLACES: Final = ("Birk", "Dun", "Eg", "Fjor", "Gran", "Hav", "Kern", "Lyng", "Mos", "Nord")
_PLACES_MORE: Final = ("Ravn", "Siv", "Tjal", "Ulv", "Vind", "Ymer")
_ENDINGS: Final = ("bakke", "dalen", "feldt", "gaard", "hede", "klint", "lunde", "mark", "vang")


def invent_surname(rng: np.random.Generator) -> str:
    """Set a place and an ending together."""
    return _one(rng, _PLACES + _PLACES_MORE) + _one(rng, _ENDINGS)


def invent_given_name(rng: np.random.Generator, sex: Sex) -> str:
    """Set two syllables together, the last one by sex."""
    return _one(rng, _FIRST + _FIRST_MORE) + _one(rng, _LAST_OF[sex])


def _one(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]
