"""A genome store with no centre around it: no people, no choices, no audit; for whoever has files.

The same library as in a centre, and the same answers. It cannot open a store that a centre keeps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pyroaring import BitMap

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import Assembly, assembly_named
from kerne.alleles.interval import Interval, parse_region
from kerne.errors import GateError, GenomeError
from kerne.genomes.asking.engine import opened_engine
from kerne.genomes.asking.engine_choice import EngineChoice
from kerne.genomes.asking.personal import Variants
from kerne.genomes.checking.likeness import ComparedGenomes, find_duplicates
from kerne.genomes.cohorts import Samples, cohort_of
from kerne.genomes.disk.elsewhere import is_elsewhere
from kerne.genomes.disk.manifest import FILE_NAME, Keeper
from kerne.genomes.exporting.content import content_of
from kerne.genomes.exporting.export_format import ExportFormat
from kerne.genomes.exporting.files import export
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import AddedGenome, Carrier, StoreStatistics
from kerne.genomes.keeping.compaction import Rewritten
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.keeping.upkeep import UNTENDED, Upkeep
from kerne.genomes.keeping.verifying import Unlike, verify
from kerne.genomes.memory import HotStatistics
from kerne.genomes.reader import Reader, open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.strata import (
    Strata,
    StratifiedFrequencies,
    check_strata,
    rows_by_sex,
    unite_strata,
)
from kerne.genomes.watching import Watch, unwatched

if TYPE_CHECKING:
    from kerne.genomes.asking.scan import Engine

MIN_GQ = 20
MIN_DP = 8
SOME = 5
"""How many unknown samples a message names."""


class FreestandingGenomes:
    """The store in the directory `place`; made by the first `add`.

    Parameters
    ----------
    place
        Or the address that a store was published to, which can be read only.
    """

    def __init__(self, place: Path | str, upkeep: Upkeep = UNTENDED) -> None:
        self.place = place
        self._upkeep = upkeep
        self._engine: Engine | None = None

    @property
    def path(self) -> Path:
        """Its directory; raises `GenomeError` for a store that is elsewhere."""
        if isinstance(self.place, str) and is_elsewhere(self.place):
            raise GenomeError(
                f"`{self.place}` is read only: change the store where it is kept, and publish it"
            )
        return Path(self.place)

    @contextmanager
    def counting_with(self, choice: EngineChoice) -> Iterator[None]:
        """Run scans on the engine of one's choice, inside.

        Raises
        ------
        GenomeError
            It cannot be had.
        """
        with opened_engine(choice) as engine:
            self._engine = engine
            try:
                yield
            finally:
                self._engine = None

    @property
    def assembly(self) -> Assembly:
        """The assembly of the store."""
        return self._reader().assembly

    def add(
        self, files: Sequence[GenomeFile], rules: StoreRules, watch: Watch = unwatched
    ) -> list[AddedGenome]:
        """Add every genome of every file, or none; a store that has none yet keeps `rules`.

        Raises
        ------
        InputFileError
            A file is malformed, truncated or of another assembly.
        GenomeError
            The store was made under other rules, or has a sample already.
        GateError
            A centre keeps the store.
        """
        return self._opened(rules).add(files, watch=watch)

    def frequencies(
        self,
        region: str | None = None,
        samples: Samples | None = None,
        *,
        everyone: bool = True,  # noqa: ARG002  here nobody knows of relatives
    ) -> Frequencies:
        """Count alleles, in a region such as `chr20:1-100`, among some samples.

        Raises
        ------
        GenomeError
            A sample is not in the store.
        """
        reader = self._reader()
        where = None if region is None else parse_region(region, reader.assembly)
        rows = None if samples is None else _rows_of(reader, samples)
        return reader.frequencies(rows, where)

    def each_frequencies(
        self,
        region: Interval | None = None,
        samples: Samples | None = None,
        alleles: Sequence[Allele] | None = None,
        *,
        everyone: bool = True,  # noqa: ARG002  here nobody knows of relatives
    ) -> Iterator[Frequencies]:
        """Count as `frequencies` does, a part of the genome at a time; or named alleles only.

        Raises
        ------
        GenomeError
            A sample is not in the store.
        """
        reader = self._reader()
        rows = None if samples is None else _rows_of(reader, samples)
        if alleles is not None:
            return iter([reader.frequencies(rows, alleles=alleles)])
        return reader.each_frequencies(rows, region)

    def variants_of(self, sample: str) -> Variants:
        """Return every allele that one genome carries, weak calls included, in order.

        Raises
        ------
        GenomeError
            The sample is not in the store.
        """
        reader = self._reader()
        (row,) = _rows_of(reader, [sample])
        return reader.variants_of(row)

    def structural_of(self, sample: str) -> tuple[str, ...]:
        """Return the structural records of one genome, each a line of VCF, in order.

        None of a genome that was added before they were kept.

        Raises
        ------
        GenomeError
            The sample is not in the store.
        """
        reader = self._reader()
        (row,) = _rows_of(reader, [sample])
        return reader.structural_of(row) or ()

    def region_of_gene(self, gene: str) -> Interval:
        """Raise `GenomeError`: a free-standing store has no gene models."""
        raise GenomeError(f"a free-standing store has no gene models to find `{gene}` by")

    def first_seen(self, alleles: Sequence[Allele]) -> list[datetime | None]:
        """Return when the first genome that carries each allele was added; `None`: never."""
        return self._reader().first_seen(alleles)

    def frequencies_by(
        self,
        strata: Strata,
        region: str | None = None,
        samples: Samples | None = None,
        *,
        everyone: bool = True,  # noqa: ARG002  here nobody knows of relatives
    ) -> StratifiedFrequencies:
        """Count alleles as `frequencies` does, and among parts of those counted.

        Raises
        ------
        GenomeError
            A sample is not in the store, a stratum cannot be named so, two have one name, or they
            are to be by region.
        """
        if strata.by_region:
            raise GenomeError("a free-standing store does not know where anybody lives")
        check_strata(strata.named)
        reader = self._reader()
        where = None if region is None else parse_region(region, reader.assembly)
        parts = unite_strata(
            rows_by_sex(reader.karyotypes()) if strata.by_sex else {},
            {name: _rows_of(reader, chosen) for name, chosen in strata.named.items()},
        )
        rows = BitMap(reader.rows().values()) if samples is None else _rows_of(reader, samples)
        return StratifiedFrequencies(
            reader.frequencies(rows, where),
            {name: reader.frequencies(rows & part, where) for name, part in parts.items()},
        )

    def carriers(self, variant: str) -> list[Carrier]:
        """Find who carries a variant, given as `chr20-12345-A-T`."""
        reader = self._reader()
        return reader.carriers(parse_allele(variant, reader.assembly))

    def export(
        self,
        path: Path,
        form: ExportFormat,
        region: Interval | None = None,
        samples: Samples | None = None,
        watch: Watch = unwatched,
    ) -> None:
        """Write genomes as `path`, whole or not at all.

        Raises
        ------
        GenomeError
            A sample is not in the store, or a file is there already or cannot be written.
        """
        reader = self._reader()
        rows = None if samples is None else _rows_of(reader, samples)
        content = content_of(reader, self.assembly, region, rows)
        export(path, form, content, region, watch)

    def find_duplicates(self) -> list[ComparedGenomes]:
        """Find samples that hold one genome."""
        reader = self._reader()
        return find_duplicates(reader, reader.assembly)

    def remove(self, sample: str) -> int:
        """Forget a sample; return the row that it had."""
        return self._store().remove(sample)

    def compact(self, *, forgotten: bool = False) -> list[Rewritten]:
        """Make few segments of many; `forgotten` rewrites those that hold removed genomes too."""
        return self._store().compact(forgotten=forgotten)

    def verify(self) -> list[Unlike]:
        """Return where the two orientations of the store do not agree.

        Raises
        ------
        DamagedStoreError
            A file does not open.
        """
        return list(verify(self._store().snapshot()))

    def stats(self) -> StoreStatistics:
        """Return the store in numbers."""
        return self._reader().stats()

    def memory(self) -> HotStatistics | None:
        """Return what is kept decoded in memory, by a process that stays; here nothing is."""
        return None

    def _reader(self) -> Reader:
        return open_freestanding(self.place, self._engine)

    def _opened(self, rules: StoreRules) -> GenomeStore:
        """Return the store, made now if there is none or nothing was ever added to it."""
        assembly = assembly_named(rules.assembly)
        held = self._store() if (self.path / FILE_NAME).exists() else None
        if held is not None and not held.manifest.is_empty:
            _check_rules(held, assembly, rules)
            return held
        reference, min_gq, min_dp = _rules_of(held)
        create_store(
            self.path,
            assembly,
            kept_by_centre=False,
            reference=reference if rules.reference is None else rules.reference,
            min_gq=min_gq if rules.min_gq is None else rules.min_gq,
            min_dp=min_dp if rules.min_dp is None else rules.min_dp,
            over_empty=True,
        )
        return self._store()

    def _store(self) -> GenomeStore:
        store = GenomeStore(self.path, upkeep=self._upkeep)
        if store.manifest.kept_by is Keeper.CENTRE:
            raise GateError(f"`{self.place}` is kept by a centre: ask there, with `--home`")
        return store


def _rules_of(store: GenomeStore | None) -> tuple[Path | None, int, int]:
    """Return reference, smallest GQ and smallest depth of a store; the defaults without one."""
    if store is None:
        return None, MIN_GQ, MIN_DP
    kept = store.manifest
    place = None if kept.reference is None else kept.reference.place(store.path)
    return place, kept.min_gq, kept.min_dp


def _check_rules(store: GenomeStore, assembly: Assembly, rules: StoreRules) -> None:
    manifest = store.manifest
    said = {
        "assembly": (assembly.name, manifest.assembly),
        "min-gq": (rules.min_gq, manifest.min_gq),
        "min-dp": (rules.min_dp, manifest.min_dp),
    }
    for name, (wanted, kept) in said.items():
        if wanted is not None and wanted != kept:
            raise GenomeError(
                f"`{store.path}` was made with {name} `{kept}`, not `{wanted}`; "
                "genomes under different rules cannot be counted together"
            )
    if rules.reference is not None:
        store.relocate_reference(rules.reference)


def _rows_of(reader: Reader, samples: Samples) -> BitMap:
    rows = reader.rows()
    chosen = cohort_of(samples)
    unknown = sorted(chosen.names - rows.keys())
    if unknown:
        listed = ", ".join(f"`{sample}`" for sample in unknown[:SOME])
        more = f" and {len(unknown) - SOME} more" if len(unknown) > SOME else ""
        raise GenomeError(f"no sample {listed}{more} in the store")
    return BitMap(row for sample, row in rows.items() if sample in chosen)
