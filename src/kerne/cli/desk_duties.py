"""What the commands of `kerne genomes` want done, wherever it is carried out."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
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


class Desk(Protocol):
    """Where the commands are carried out."""

    def add(
        self, files: "Sequence[GenomeFile]", rules: "StoreRules", watch: "Watch"
    ) -> "list[AddedGenome]":
        """Add genomes."""
        ...

    def counting_with(self, choice: "EngineChoice") -> "AbstractContextManager[None]":
        """Run scans on an engine, inside."""
        ...

    @property
    def assembly(self) -> "Assembly":
        """The assembly that alleles are written against."""
        ...

    def each_frequencies(
        self,
        region: "Interval | None" = None,
        samples: "Samples | None" = None,
        alleles: "Sequence[Allele] | None" = None,
        *,
        everyone: bool = False,
    ) -> "Iterator[Frequencies]":
        """Count alleles, a part of the genome at a time."""
        ...

    def region_of_gene(self, gene: str) -> "Interval":
        """Say where a gene is."""
        ...

    def first_seen(self, alleles: "Sequence[Allele]") -> "list[datetime | None]":
        """Say when the first genome that carries each allele was added."""
        ...

    def frequencies_by(
        self,
        strata: "Strata",
        region: str | None = None,
        samples: "Samples | None" = None,
        *,
        everyone: bool = False,
    ) -> "StratifiedFrequencies":
        """Count alleles among parts of those counted."""
        ...

    def carriers(self, variant: str) -> "list[Carrier]":
        """Find carriers."""
        ...

    def remove(self, sample: str) -> int:
        """Forget a sample."""
        ...

    def find_duplicates(self) -> "Sequence[ComparedGenomes]":
        """Find samples that hold one genome."""
        ...

    def stats(self) -> "StoreStatistics":
        """Say how much there is."""
        ...

    def memory(self) -> "HotStatistics | None":
        """Say what a resident process keeps in memory; `None` when none answers."""
        ...
