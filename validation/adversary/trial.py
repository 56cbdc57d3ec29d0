"""Give one bad file to a store that holds a genome, and judge what comes of it.

A file is refused in one sentence that names it and the line, or it is accepted, and then answers
are what plain Python reads in that very file. Either way the store is as it was before: the
manifest and every file after a refusal, the answers after the accepted genomes are removed. An
error of any other kind is a fault, and so is memory beyond the bound.
"""

import random
import re
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from adversary.blocks import invent_gvcf
from adversary.comparing import differences, table_of
from adversary.files import Inventor
from adversary.plain_reading import looks_like_gvcf, read_naively
from adversary.sequence import invent_sequence
from adversary.studies import Study, StudyFile, empty_study
from adversary.writing import Container, Dress, write_invented
from kerne.errors import InputFileError, KerneError
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

HELD: Final = "held"
WHOLE_FILE: Final = re.compile(
    r"truncated|compressed by gzip|is BCF|cannot be read|has no samples|is not of assembly|"
    r"no record lies on a contig|says itself where it is callable"
)
"""What is wrong with a file as a whole: there is no line to name."""

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one file; `fault` is empty when all is as it should be."""

    case: int
    kind: str
    outcome: str
    seconds: float
    grown_bytes: int
    fault: str = ""


class Trial:
    """Two stores with one genome each: one shifts alleles by a sequence, one trims them only."""

    def __init__(self, work: Path, seed: int = 1) -> None:
        rng = random.Random(seed)
        self.sequence = invent_sequence(rng)
        self.inventor = Inventor(rng, self.sequence)
        self.studies = []
        for name, has_reference in (("shifted", True), ("trimmed", False)):
            place = work / name
            place.mkdir()
            study = empty_study(rng, place, self.sequence, has_reference=has_reference)
            study.take(self.inventor.file([HELD]), rng, [Container.PLAIN])
            study.add_all(rng)
            self.studies.append(study)
        self._before = [table_of(study.genomes.frequencies()) for study in self.studies]

    def judge(self, case: int, kind: str, path: Path, *, is_shifted: bool = True) -> Verdict:
        """Add a file that may be bad, and say what came of it."""
        number = 0 if is_shifted else 1
        study = self.studies[number]
        before = files_of(study.store)
        base, start = _start_measuring(), time.perf_counter()
        outcome, fault = self._add(study, path)
        seconds, grown = time.perf_counter() - start, _peak() - base
        if outcome == "accepted":
            fault = self._judge_accepted(study, path)
        elif not files_of(study.store).items() <= before.items():
            # Whoever writes next sweeps what was replaced before: less is no change.
            fault = fault or "the store changed though the file was refused"
        if not fault and table_of(study.genomes.frequencies()) != self._before[number]:
            fault = "answers are not what they were before"
        return Verdict(case, kind, outcome, seconds, grown, fault)

    def _add(self, study: Study, path: Path) -> tuple[str, str]:
        """Add a file; return what came of it and what is wrong with the refusal."""
        try:
            study.genomes.add([GenomeFile(path)], study.rules)
        except InputFileError as error:
            return str(error).replace(str(path), "FILE"), _wrong_in(error, path)
        except KerneError as error:
            is_held = f"sample `{HELD}` is in the store already" in str(error)
            nameless = f"{type(error).__name__} does not name the file: {error}"
            return str(error), "" if is_held else nameless
        except Exception as error:  # noqa: BLE001  what it is for: whatever comes is judged
            return "crashed", f"{type(error).__name__}: {str(error)[:300]}"
        return "accepted", ""

    def _judge_accepted(self, study: Study, path: Path) -> str:
        """Compare the answers with plain Python, and take the genomes out again."""
        fault = ""
        added = [sample for sample in open_freestanding(study.store).rows() if sample != HELD]
        try:
            fault = self._unlike(study, path)
        except Exception as error:  # noqa: BLE001  plain Python cannot read it: was it good?
            fault = f"accepted, but plain Python reads: {type(error).__name__}: {str(error)[:200]}"
        for sample in added:
            study.genomes.remove(sample)
        return fault

    def _unlike(self, study: Study, path: Path) -> str:
        if path.suffix == ".bcf":
            return ""
        naive = read_naively(
            path,
            sequence=study.shifted_by,
            is_gvcf=looks_like_gvcf(path),
            thresholds=study.thresholds,
        )
        file = StudyFile(GenomeFile(path), path, naive, is_gvcf=False)
        both = replace(study, files=[*study.files, file])
        found = differences(both, random.Random(1))
        return f"accepted and read wrongly: {found[0]}" if found else ""


def files_of(store: Path) -> dict[str, str]:
    """Return a checksum of every file of a store by name, its locks and keys aside.

    The key of a segment that was begun may stay until its number is used.
    """
    return {
        str(path.relative_to(store)): sha256(path.read_bytes()).hexdigest()
        for path in store.rglob("*")
        if path.is_file() and path.suffix != ".lock" and path.name not in {"lock", "keys"}
    }


def make_base(inventor: Inventor, path: Path, *, is_gvcf: bool) -> bytes:
    """Invent a good file to be made bad; return its text."""
    names = [f"n{at}" for at in range(inventor.rng.choice((1, 2, 10)))]
    made = invent_gvcf(inventor, names[:1]) if is_gvcf else inventor.file(names)
    write_invented(replace(made, callable_in=None), path, Dress(), inventor.rng)
    return path.read_bytes()


def _wrong_in(error: InputFileError, path: Path) -> str:
    text = str(error)
    if str(path) not in text:
        return f"the refusal does not name the file: {text}"
    if error.line is None and not WHOLE_FILE.search(text):
        return f"the refusal names no line: {text}"
    return ""


def _start_measuring() -> int:
    """Forget the peak of memory so far; return what is in use now, in bytes."""
    _CLEAR.write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) << 10
    raise LookupError(name)
