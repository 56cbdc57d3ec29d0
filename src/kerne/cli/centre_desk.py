"""The genome database of a centre, as the commands of `kerne genomes` ask it."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import Assembly, assembly_named
from kerne.alleles.interval import Interval, parse_region
from kerne.cli.options import Asker, unwrap
from kerne.errors import GenomeError
from kerne.genomes.asking.engine_choice import EngineChoice
from kerne.genomes.checking.likeness import ComparedGenomes
from kerne.genomes.cohorts import Samples
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import AddedGenome, Carrier, StoreStatistics
from kerne.genomes.memory import HotStatistics
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.strata import Strata, StratifiedFrequencies
from kerne.genomes.watching import Watch
from kerne.people.counted import Relatives

if TYPE_CHECKING:
    from kerne.centre import Centre


@dataclass(frozen=True, slots=True)
class CentreDesk:
    """The genome database of a centre, asked by one person for one purpose."""

    centre: "Centre"
    asker: Asker

    def add(
        self, files: Sequence[GenomeFile], rules: StoreRules, watch: Watch
    ) -> list[AddedGenome]:
        """Add genomes under the centre's own rules."""
        expected = self.centre.settings.assembly
        if assembly_named(rules.assembly).name != expected:
            raise GenomeError(f"the centre's assembly is `{expected}`, not `{rules.assembly}`")
        if (rules.reference, rules.min_gq, rules.min_dp) != (None, None, None):
            raise GenomeError("a centre's reference and thresholds were fixed when it was made")
        asker = self.asker
        return unwrap(
            self.centre.genomes.add(
                asker.who,
                asker.purpose,
                files,
                project=asker.project,
                reason=asker.reason,
                watch=watch,
            )
        )

    def counting_with(self, choice: EngineChoice) -> AbstractContextManager[None]:
        """Run scans on an engine, inside."""
        return self.centre.genomes.counting_with(choice)

    @property
    def assembly(self) -> Assembly:
        """The centre's assembly."""
        return assembly_named(self.centre.settings.assembly)

    def each_frequencies(
        self,
        region: Interval | None = None,
        samples: Samples | None = None,
        alleles: Sequence[Allele] | None = None,
        *,
        everyone: bool = False,
    ) -> Iterator[Frequencies]:
        """Count alleles among those who may be counted for the purpose.

        In one part: the gate looks again whether choices still hold once all is counted.
        """
        asker = self.asker
        found = unwrap(
            self.centre.genomes.frequencies(
                asker.who,
                asker.purpose,
                region=region,
                alleles=alleles,
                samples=samples,
                project=asker.project,
                reason=asker.reason,
                relatives=Relatives.COUNTED if everyone else Relatives.LEFT_OUT,
            )
        )
        return iter([found])

    def region_of_gene(self, gene: str) -> Interval:
        """Say where a gene is, by the centre's knowledge."""
        return self.centre.research.region_of_gene(gene)

    def first_seen(self, alleles: Sequence[Allele]) -> list[datetime | None]:
        """Say when the first genome that may be searched for the purpose was added."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.first_seen(
                asker.who,
                asker.purpose,
                alleles,
                project=asker.project,
                reason=asker.reason,
            )
        )

    def frequencies_by(
        self,
        strata: Strata,
        region: str | None = None,
        samples: Samples | None = None,
        *,
        everyone: bool = False,
    ) -> StratifiedFrequencies:
        """Count alleles among parts of those who may be counted for the purpose."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.frequencies_by(
                asker.who,
                asker.purpose,
                strata,
                region=self._place(region),
                samples=samples,
                project=asker.project,
                reason=asker.reason,
                relatives=Relatives.COUNTED if everyone else Relatives.LEFT_OUT,
            )
        )

    def _place(self, region: str | None) -> Interval | None:
        return None if region is None else parse_region(region, self.assembly)

    def carriers(self, variant: str) -> list[Carrier]:
        """Find carriers among those who may be searched for the purpose."""
        assembly, asker = assembly_named(self.centre.settings.assembly), self.asker
        return unwrap(
            self.centre.genomes.carriers(
                asker.who,
                asker.purpose,
                parse_allele(variant, assembly),
                project=asker.project,
                reason=asker.reason,
            )
        )

    def remove(self, sample: str) -> int:
        """Take a genome out."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.remove(asker.who, asker.purpose, sample, reason=asker.reason)
        )

    def find_duplicates(self) -> Sequence[ComparedGenomes]:
        """Find samples of two persons that hold one genome."""
        asker = self.asker
        return unwrap(self.centre.genomes.find_duplicates(asker.who, asker.purpose)).found

    def stats(self) -> StoreStatistics:
        """Say how much may be counted for the purpose."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.stats(
                asker.who, asker.purpose, project=asker.project, reason=asker.reason
            )
        )

    def memory(self) -> HotStatistics | None:
        """Return nothing: what this process decodes is gone with it."""
        return None
