"""A genome store with no centre around it: no people, no choices, no audit; for whoever has files.

The same library as in a centre, and the same answers. It cannot open a store that a centre keeps.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroaring import BitMap

from kerne.alleles.allele import parse_allele
from kerne.alleles.assembly import Assembly, assembly_named
from kerne.alleles.interval import parse_region
from kerne.errors import GateError, GenomeError
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import Carrier, StoreStatistics
from kerne.genomes.intake import GenomeFile
from kerne.genomes.manifest import FILE_NAME, Keeper
from kerne.genomes.reader import Reader, open_freestanding
from kerne.genomes.store import AddedGenome, GenomeStore, create_store

MIN_GQ = 20
MIN_DP = 8
SOME = 5
"""How many unknown samples a message names."""


@dataclass(frozen=True, slots=True)
class StoreRules:
    """What was said about a store when adding; `None` means as it is, or the default if new."""

    assembly: str
    reference: Path | None = None
    min_gq: int | None = None
    min_dp: int | None = None


class FreestandingGenomes:
    """The store in the directory `path`; made by the first `add`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, files: Sequence[GenomeFile], rules: StoreRules) -> list[AddedGenome]:
        """Add every genome of every file, or none; a new store keeps `rules`.

        Raises
        ------
        InputFileError
            A file is malformed, truncated or of another assembly.
        GenomeError
            The store was made under other rules, or has a sample already.
        GateError
            A centre keeps the store.
        """
        assembly = assembly_named(rules.assembly)
        if (self.path / FILE_NAME).exists():
            store = self._store()
            _check_rules(store, assembly, rules)
        else:
            store = create_store(
                self.path,
                assembly,
                kept_by_centre=False,
                reference=rules.reference,
                min_gq=MIN_GQ if rules.min_gq is None else rules.min_gq,
                min_dp=MIN_DP if rules.min_dp is None else rules.min_dp,
            )
        return store.add(files)

    def frequencies(
        self, region: str | None = None, samples: Collection[str] | None = None
    ) -> Frequencies:
        """Count alleles, in a region such as `chr20:1-100`, among some samples.

        Raises
        ------
        GenomeError
            A sample is not in the store.
        """
        reader = self._reader()
        where = None if region is None else parse_region(region, self._store().assembly)
        rows = None if samples is None else _rows_of(reader, samples)
        return reader.frequencies(rows, where)

    def carriers(self, variant: str) -> list[Carrier]:
        """Find who carries a variant, given as `chr20-12345-A-T`."""
        return self._reader().carriers(parse_allele(variant, self._store().assembly))

    def remove(self, sample: str) -> int:
        """Forget a sample; return the row that it had."""
        return self._store().remove(sample)

    def stats(self) -> StoreStatistics:
        """Return the store in numbers."""
        return self._reader().stats()

    def _reader(self) -> Reader:
        return open_freestanding(self.path)

    def _store(self) -> GenomeStore:
        store = GenomeStore(self.path)
        if store.manifest.kept_by is Keeper.CENTRE:
            raise GateError(f"`{self.path}` is kept by a centre: ask there, with `--home`")
        return store


def _check_rules(store: GenomeStore, assembly: Assembly, rules: StoreRules) -> None:
    manifest = store.manifest
    reference = None if rules.reference is None else str(rules.reference.resolve())
    said = {
        "assembly": (assembly.name, manifest.assembly),
        "reference": (reference, manifest.reference),
        "min-gq": (rules.min_gq, manifest.min_gq),
        "min-dp": (rules.min_dp, manifest.min_dp),
    }
    for name, (wanted, kept) in said.items():
        if wanted is not None and wanted != kept:
            raise GenomeError(
                f"`{store.path}` was made with {name} `{kept or 'none'}`, not `{wanted}`; "
                "genomes under different rules cannot be counted together"
            )


def _rows_of(reader: Reader, samples: Collection[str]) -> BitMap:
    rows = reader.rows()
    unknown = sorted(set(samples) - rows.keys())
    if unknown:
        names = ", ".join(f"`{sample}`" for sample in unknown[:SOME])
        more = f" and {len(unknown) - SOME} more" if len(unknown) > SOME else ""
        raise GenomeError(f"no sample {names}{more} in the store")
    return BitMap(rows[sample] for sample in samples)
