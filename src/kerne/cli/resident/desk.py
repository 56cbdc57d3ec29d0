"""The desk of a resident process, as the command line sees it."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kerne.cli.desk_duties import Desk
from kerne.cli.options import Asking
from kerne.cli.resident.wire import Kind, Message, WireError, receive, send
from kerne.errors import GenomeError, InputFileError

if TYPE_CHECKING:
    from datetime import datetime

    from kerne.alleles.allele import Allele
    from kerne.alleles.assembly import Assembly
    from kerne.alleles.interval import Interval
    from kerne.genomes.asking.engine_choice import EngineChoice
    from kerne.genomes.checking.likeness import ComparedGenomes
    from kerne.genomes.cohorts import Samples
    from kerne.genomes.frequencies import Frequencies
    from kerne.genomes.genotypes import AddedGenome, Carrier, StoreStatistics
    from kerne.genomes.memory import HotStatistics
    from kerne.genomes.reading.intake import GenomeFile, StoreRules
    from kerne.genomes.strata import Strata, StratifiedFrequencies
    from kerne.genomes.watching import Watch

# What one question does not need is not loaded for it: each of these costs time at every start.
# ruff: noqa: PLC0415


class ResidentFaultError(click.ClickException):
    """Something unexpected happened in the resident process, whose log has the reference."""

    exit_code = 1


@dataclass(slots=True)
class ResidentDesk:
    """Asks a resident process, in a centre as `asking`.

    Parameters
    ----------
    here
        Opens a desk in this process, for what only it can read.
    """

    connection: socket.socket
    asking: Asking | None
    here: Callable[[], Desk]
    _counting: Desk | None = None

    def add(
        self, files: "Sequence[GenomeFile]", rules: "StoreRules", watch: "Watch"
    ) -> "list[AddedGenome]":
        """Add genomes; cut off, nothing is added."""
        from kerne.genomes.genotypes import AddedGenome

        paths = [path for each in files for path in (each.path, each.callable_bed, rules.reference)]
        given = {path.resolve(): path for path in paths if path is not None}
        if not all(path.is_file() or path.is_dir() for path in given):
            return self.here().add(files, rules, watch)  # such as a pipe, which is ours alone
        reference = _resolved(rules.reference)
        try:
            found = self._ask(
                "add",
                watch,
                files=[[_resolved(each.path), _resolved(each.callable_bed)] for each in files],
                rules={**asdict(rules), "reference": reference},
            )
        except InputFileError as error:
            path = given.get(error.path, error.path)
            raise InputFileError(path, error.problem, error.line) from error
        return [AddedGenome(**each) for each in found.said["added"]]

    @contextmanager
    def counting_with(self, choice: "EngineChoice") -> Iterator[None]:
        """Count on threads of the resident process, or with another engine from this one."""
        from kerne.genomes.asking.engine_choice import EngineKind

        if choice.kind is EngineKind.THREADS:
            yield
            return
        desk = self.here()
        with desk.counting_with(choice):
            self._counting = desk
            yield

    @property
    def assembly(self) -> "Assembly":
        """The assembly that alleles are written against."""
        from kerne.alleles.assembly import assembly_named

        return assembly_named(self._ask("assembly").said["name"])

    def each_frequencies(
        self,
        region: "Interval | None" = None,
        samples: "Samples | None" = None,
        alleles: "Sequence[Allele] | None" = None,
        *,
        everyone: bool = False,
    ) -> "Iterator[Frequencies]":
        """Count alleles; the answer comes in one part."""
        if self._counting is not None:
            return self._counting.each_frequencies(region, samples, alleles, everyone=everyone)
        from kerne.cli.resident.values import read_frequencies, say_samples

        found = self._ask(
            "frequencies",
            region=None if region is None else asdict(region),
            alleles=None if alleles is None else [asdict(each) for each in alleles],
            samples=say_samples(samples),
            everyone=everyone,
        )
        return iter([read_frequencies(found.said, found.columns).whole])

    def region_of_gene(self, gene: str) -> "Interval":
        """Say where a gene is."""
        from kerne.alleles.interval import Interval

        return Interval(**self._ask("region_of_gene", gene=gene).said)

    def first_seen(self, alleles: "Sequence[Allele]") -> "list[datetime | None]":
        """Say when the first genome that carries each allele was added."""
        from datetime import datetime

        found = self._ask("first_seen", alleles=[asdict(each) for each in alleles]).said["found"]
        return [None if each is None else datetime.fromisoformat(each) for each in found]

    def frequencies_by(
        self,
        strata: "Strata",
        region: str | None = None,
        samples: "Samples | None" = None,
        *,
        everyone: bool = False,
    ) -> "StratifiedFrequencies":
        """Count alleles among parts of those counted."""
        if self._counting is not None:
            return self._counting.frequencies_by(strata, region, samples, everyone=everyone)
        from kerne.cli.resident.values import read_frequencies, say_samples, say_strata

        found = self._ask(
            "frequencies_by",
            strata=say_strata(strata),
            region=region,
            samples=say_samples(samples),
            everyone=everyone,
        )
        return read_frequencies(found.said, found.columns)

    def carriers(self, variant: str) -> "list[Carrier]":
        """Find carriers."""
        from kerne.genomes.genotypes import Carrier, Zygosity

        found = [Carrier(**each) for each in self._ask("carriers", variant=variant).said["found"]]
        return [replace(each, genotype=Zygosity(each.genotype)) for each in found]

    def remove(self, sample: str) -> int:
        """Forget a sample."""
        return int(self._ask("remove", sample=sample).said["row"])

    def find_duplicates(self) -> "Sequence[ComparedGenomes]":
        """Find samples that hold one genome."""
        from kerne.genomes.checking.likeness import ComparedGenomes

        return [ComparedGenomes(**each) for each in self._ask("find_duplicates").said["found"]]

    def stats(self) -> "StoreStatistics":
        """Say how much there is."""
        from kerne.genomes.disk.manifest import NormalForm
        from kerne.genomes.genotypes import StoreStatistics

        found = self._ask("stats").said
        return StoreStatistics(**{**found, "normal_form": NormalForm(found["normal_form"])})

    def memory(self) -> "HotStatistics":
        """Say what the resident process keeps in memory."""
        from kerne.genomes.memory import HotStatistics

        return HotStatistics(**self._ask("memory").said)

    # Any: what JSON can say
    def _ask(self, question: str, watch: "Watch | None" = None, **given: Any) -> Message:
        """Ask, and wait for the answer.

        Raises
        ------
        KerneError
            What the resident process raised.
        """
        asking = None if self.asking is None else asdict(self.asking)
        try:
            send(
                self.connection,
                Message(Kind.ASK, {"question": question, "asking": asking, "given": given}),
            )
            while (answer := receive(self.connection)) is not None:
                if answer.kind is not Kind.PROGRESS:
                    return _told(answer)
                if watch is not None:
                    watch(answer.said["bytes"])
        except ConnectionError as error:
            raise _ended() from error
        raise _ended()


def _told(answer: Message) -> Message:
    if answer.kind is Kind.ANSWER:
        return answer
    if answer.kind is Kind.FAULT:
        reference = answer.said["reference"]
        raise ResidentFaultError(f"unexpected fault in the resident process, reference {reference}")
    if answer.kind is Kind.ERROR:
        from kerne.cli.resident.values import read_error

        raise read_error(answer.said)
    raise WireError(f"`{answer.kind}` is no answer")


def _ended() -> GenomeError:
    return GenomeError(
        "the resident process ended before it answered; look whether what was asked is done"
    )


def _resolved(path: Path | None) -> str | None:
    return None if path is None else str(path.resolve())
