"""What the resident process does with a question: the desk does the work, as in any process."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.cli.desk_duties import Desk
from kerne.cli.options import Asking
from kerne.cli.resident.values import (
    Said,
    read_samples,
    read_strata,
    say_frequencies,
)
from kerne.cli.resident.wire import Kind, Message, WireError
from kerne.genomes.frequencies import joined_frequencies
from kerne.genomes.memory import HotStatistics
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.strata import StratifiedFrequencies
from kerne.genomes.watching import Watch


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers questions.

    Parameters
    ----------
    desk
        Opens the desk for one question of that name, asked as somebody in a centre. Whatever it
        has to decide is decided anew each time.
    memory
        Says what is kept in memory.
    """

    desk: Callable[[Asking | None, str], AbstractContextManager[Desk]]
    memory: Callable[[], HotStatistics]

    def answer(self, asked: Message, watch: Watch) -> Message:
        """Answer one question.

        Raises
        ------
        KerneError
            It cannot be answered, or was refused.
        WireError
            It is no question.
        """
        if asked.kind is not Kind.ASK:
            raise WireError(f"`{asked.kind}` is no question")
        question, asking = str(asked.said.get("question")), asked.said.get("asking")
        if question == "memory":
            return Message(Kind.ANSWER, asdict(self.memory()))
        if question not in _QUESTIONS:
            raise WireError(f"there is no question `{question}`")
        who = None if asking is None else Asking(**asking)
        with self.desk(who, question) as desk:
            return _QUESTIONS[question](desk, asked.said["given"], watch)


def _add(desk: Desk, given: Said, watch: Watch) -> Message:
    files = [GenomeFile(Path(path), bed and Path(bed)) for path, bed in given["files"]]
    said = given["rules"]
    rules = StoreRules(**{**said, "reference": said["reference"] and Path(said["reference"])})
    return Message(Kind.ANSWER, {"added": _each(desk.add(files, rules, watch))})


def _frequencies(desk: Desk, given: Said, _watch: Watch) -> Message:
    region, alleles = given["region"], given["alleles"]
    parts = desk.each_frequencies(
        None if region is None else Interval(**region),
        read_samples(given["samples"]),
        None if alleles is None else [Allele(**each) for each in alleles],
        everyone=given["everyone"],
    )
    names = tuple(each.name for each in desk.assembly.contigs)
    return say_frequencies(StratifiedFrequencies(joined_frequencies(names, list(parts)), {}))


def _assembly(desk: Desk, _given: Said, _watch: Watch) -> Message:
    return Message(Kind.ANSWER, {"name": desk.assembly.name})


def _region_of_gene(desk: Desk, given: Said, _watch: Watch) -> Message:
    return Message(Kind.ANSWER, asdict(desk.region_of_gene(given["gene"])))


def _first_seen(desk: Desk, given: Said, _watch: Watch) -> Message:
    found = desk.first_seen([Allele(**each) for each in given["alleles"]])
    days = [None if each is None else each.isoformat() for each in found]
    return Message(Kind.ANSWER, {"found": days})


def _frequencies_by(desk: Desk, given: Said, _watch: Watch) -> Message:
    strata, samples = read_strata(given["strata"]), read_samples(given["samples"])
    everyone = given["everyone"]
    return say_frequencies(desk.frequencies_by(strata, given["region"], samples, everyone=everyone))


def _carriers(desk: Desk, given: Said, _watch: Watch) -> Message:
    return Message(Kind.ANSWER, {"found": _each(desk.carriers(given["variant"]))})


def _remove(desk: Desk, given: Said, _watch: Watch) -> Message:
    return Message(Kind.ANSWER, {"row": desk.remove(given["sample"])})


def _duplicates(desk: Desk, _given: Said, _watch: Watch) -> Message:
    return Message(Kind.ANSWER, {"found": _each(desk.find_duplicates())})


def _stats(desk: Desk, _given: Said, _watch: Watch) -> Message:
    return Message(Kind.ANSWER, asdict(desk.stats()))


def _each(values: Sequence[Any]) -> list[Said]:  # Any: dataclasses
    return [asdict(value) for value in values]


_QUESTIONS: Final[Mapping[str, Callable[[Desk, Said, Watch], Message]]] = {
    "add": _add,
    "assembly": _assembly,
    "frequencies": _frequencies,
    "frequencies_by": _frequencies_by,
    "carriers": _carriers,
    "first_seen": _first_seen,
    "region_of_gene": _region_of_gene,
    "remove": _remove,
    "find_duplicates": _duplicates,
    "stats": _stats,
}
CHANGES: Final = frozenset({"add", "remove"})
"""The questions that change what is stored."""
