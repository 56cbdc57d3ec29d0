"""Where the commands of `kerne genomes` are carried out: a free-standing store, or a centre."""

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from kerne.alleles.allele import parse_allele
from kerne.alleles.assembly import assembly_named
from kerne.alleles.interval import Interval, parse_region
from kerne.cli.options import Asker, Asking, asker_from, centre_from, unwrap
from kerne.errors import GenomeError
from kerne.genomes.cohorts import Samples
from kerne.genomes.engine import EngineChoice
from kerne.genomes.folders import is_elsewhere
from kerne.genomes.freestanding import FreestandingGenomes, StoreRules
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import Carrier, StoreStatistics
from kerne.genomes.intake import GenomeFile
from kerne.genomes.likeness import ComparedGenomes
from kerne.genomes.strata import Strata, StratifiedFrequencies
from kerne.genomes.watching import Watch
from kerne.people.counted import Relatives

if TYPE_CHECKING:
    from kerne.centre import Centre
    from kerne.genomes.adding import AddedGenome

STORE: Final = "kerne.genomes.store"
FREESTANDING: Final = "free-standing store: no people, choices or audit behind it"


class StorePlace(click.Path):
    """The directory of a free-standing store, or an address such as `s3://bucket/store`."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # Any: of click's own signature
        """Return a path, or the address as text."""
        if isinstance(value, str) and is_elsewhere(value):
            return value
        return super().convert(value, param, ctx)


class Desk(Protocol):
    """Where the commands are carried out."""

    def add(
        self, files: Sequence[GenomeFile], rules: StoreRules, watch: Watch
    ) -> "list[AddedGenome]":
        """Add genomes."""
        ...

    def counting_with(self, choice: EngineChoice) -> AbstractContextManager[None]:
        """Run scans on an engine, inside."""
        ...

    def frequencies(
        self, region: str | None = None, samples: Samples | None = None, *, everyone: bool = False
    ) -> Frequencies:
        """Count alleles."""
        ...

    def frequencies_by(
        self,
        strata: Strata,
        region: str | None = None,
        samples: Samples | None = None,
        *,
        everyone: bool = False,
    ) -> StratifiedFrequencies:
        """Count alleles among parts of those counted."""
        ...

    def carriers(self, variant: str) -> list[Carrier]:
        """Find carriers."""
        ...

    def remove(self, sample: str) -> int:
        """Forget a sample."""
        ...

    def find_duplicates(self) -> Sequence[ComparedGenomes]:
        """Find samples that hold one genome."""
        ...

    def stats(self) -> StoreStatistics:
        """Say how much there is."""
        ...


@dataclass(frozen=True, slots=True)
class CentreDesk:
    """The genome database of a centre, asked by one person for one purpose."""

    centre: "Centre"
    asker: Asker

    def add(
        self, files: Sequence[GenomeFile], rules: StoreRules, watch: Watch
    ) -> "list[AddedGenome]":
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

    def frequencies(
        self, region: str | None = None, samples: Samples | None = None, *, everyone: bool = False
    ) -> Frequencies:
        """Count alleles among those who may be counted for the purpose."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.frequencies(
                asker.who,
                asker.purpose,
                region=self._place(region),
                samples=samples,
                project=asker.project,
                reason=asker.reason,
                relatives=Relatives.COUNTED if everyone else Relatives.LEFT_OUT,
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
        assembly = assembly_named(self.centre.settings.assembly)
        return None if region is None else parse_region(region, assembly)

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


def at_store(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that is for free-standing stores only its `store`."""

    @functools.wraps(command)
    def storing_command(**options: Any) -> None:  # Any: the command's own options
        store = click.get_current_context().meta.get(STORE)
        if not isinstance(store, Path | str):
            raise click.UsageError(
                "genotypes leave a free-standing store only, with `--store`; of a centre a person "
                "has their own with `kerne citizen download`, and a project asks in its workspace"
            )
        click.echo(FREESTANDING, err=True)
        command(store=FreestandingGenomes(store), **options)

    return storing_command


def at_desk(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of who asks and why, which only a centre needs; give the command a `desk`."""

    @click.option("--as", "name", help="Who asks (in a centre; demo homes only).")
    @click.option("--purpose", help="Why the data are needed (in a centre).")
    @click.option("--project", help="The research project, by its number.")
    @click.option("--reason", help="Your own words, where a rule asks for them.")
    @functools.wraps(command)
    def asking_command(
        *args: Any,  # Any: the command's own arguments
        name: str | None,
        purpose: str | None,
        project: str | None,
        reason: str | None,
        **options: Any,  # Any: the command's own options
    ) -> None:
        ctx = click.get_current_context()
        store = ctx.meta.get(STORE)
        if isinstance(store, Path | str):
            click.echo(FREESTANDING, err=True)
            command(*args, desk=FreestandingGenomes(store), **options)
            return
        centre = centre_from(ctx)
        if name is None or purpose is None:
            raise click.UsageError("a centre needs `--as PERSON` and `--purpose PURPOSE`")
        asker = asker_from(centre, Asking(name, purpose, project, reason))
        command(*args, desk=CentreDesk(centre, asker), **options)

    return asking_command
