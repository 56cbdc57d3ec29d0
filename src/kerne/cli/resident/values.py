"""Questions and answers as messages say them: numbers and words in JSON, columns as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kerne import errors
from kerne.alleles.change import LONG
from kerne.cli.resident.wire import Kind, Message, WireError
from kerne.errors import InputFileError, KerneError
from kerne.genomes.allele_list import AlleleList
from kerne.genomes.cohorts import Cohort, Samples, cohort_of
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.strata import Strata, StratifiedFrequencies
from kerne.people.counted import WhoCounted

if TYPE_CHECKING:
    from numpy.typing import NDArray

Said = dict[str, Any]
"""What JSON can say."""  # Any: JSON

_COLUMNS: Final = {
    "rank": np.int16,
    "position": np.uint32,
    "change": np.uint64,
    "ac": np.int64,
    "an": np.int64,
    "hom": np.int64,
    "het": np.int64,
    "hemi": np.int64,
}
Columns = Sequence[bytes | bytearray | memoryview]


def say_samples(samples: Samples | None) -> Said | None:
    """Say which samples are meant; `None` is everyone."""
    if samples is None:
        return None
    cohort = cohort_of(samples)
    return {"names": sorted(cohort.names), "inverted": cohort.inverted}


def read_samples(said: Said | None) -> Cohort | None:
    """Return which samples were said."""
    return None if said is None else Cohort(frozenset(said["names"]), bool(said["inverted"]))


def say_strata(strata: Strata) -> Said:
    """Say how those who are counted are divided."""
    named = {name: say_samples(samples) for name, samples in strata.named.items()}
    return {"by_sex": strata.by_sex, "by_region": strata.by_region, "named": named}


def read_strata(said: Said) -> Strata:
    """Return how those who are counted were said to be divided."""
    named = {name: read_samples(samples) for name, samples in said["named"].items()}
    known = {name: samples for name, samples in named.items() if samples is not None}
    return Strata(bool(said["by_sex"]), bool(said["by_region"]), known)


def say_frequencies(found: StratifiedFrequencies) -> Message:
    """Say counts, and those of each stratum."""
    parts = {"": found.whole, **found.strata}
    names = found.whole.alleles.names
    said = {"names": names, "parts": [_say_part(name, part) for name, part in parts.items()]}
    columns = [_memory(part, name) for part in parts.values() for name in _COLUMNS]
    return Message(Kind.ANSWER, said, columns)


def read_frequencies(said: Mapping[str, Any], columns: Columns) -> StratifiedFrequencies:
    """Return the counts that were said."""  # Any: JSON
    names = tuple(said["names"])
    parts = {}
    for at, part in enumerate(said["parts"]):
        held = columns[at * len(_COLUMNS) : (at + 1) * len(_COLUMNS)]
        parts[part["stratum"]] = _read_part(names, part, held)
    whole = parts.pop("")
    return StratifiedFrequencies(whole, parts)


def say_error(error: KerneError) -> Message:
    """Say what cannot be used, or was refused."""
    said: Said = {"error": type(error).__name__, "message": str(error)}
    if isinstance(error, InputFileError):
        said |= {"path": str(error.path), "problem": error.problem, "line": error.line}
    return Message(Kind.ERROR, said)


def read_error(said: Mapping[str, Any]) -> KerneError:
    """Return the error that was said."""  # Any: JSON
    found = vars(errors).get(said["error"])
    if not (isinstance(found, type) and issubclass(found, KerneError)):
        raise WireError(f"there is no error `{said['error']}`")
    if found is InputFileError:
        return InputFileError(Path(said["path"]), said["problem"], said["line"])
    return found(said["message"])


def _say_part(name: str, part: Frequencies) -> Said:
    change = part.alleles.change
    long = {
        str(code): part.alleles.long[code]
        for code in np.unique(change[(change & np.uint64(LONG)) != 0]).tolist()
    }
    counted = None if part.counted is None else asdict(part.counted)
    return {"stratum": name, "long": long, "counted": counted}


def _memory(part: Frequencies, name: str) -> memoryview:
    array = getattr(part.alleles if name in {"rank", "position", "change"} else part, name)
    return np.ascontiguousarray(array, dtype=_COLUMNS[name]).data


def _read_part(names: tuple[str, ...], said: Said, columns: Columns) -> Frequencies:
    held: dict[str, NDArray[Any]] = {  # Any: each has its own type
        name: np.frombuffer(column, dtype=dtype)
        for (name, dtype), column in zip(_COLUMNS.items(), columns, strict=True)
    }
    long = {int(code): (bases[0], bases[1]) for code, bases in said["long"].items()}
    alleles = AlleleList(names, held["rank"], held["position"], held["change"], long)
    counts = (held[name] for name in ("ac", "an", "hom", "het", "hemi"))
    counted = None if said["counted"] is None else WhoCounted(**said["counted"])
    return Frequencies(alleles, *counts, counted=counted)
