"""The knowledge at hand for one assembly: opened once, used for many patients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Final, Self

from kerne.alleles.assembly import Assembly
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import KnowledgeError
from kerne.interpretation.criteria.gathering import Gatherer
from kerne.interpretation.criteria.subject import Sources
from kerne.interpretation.phenotypes.model import phenotype_model
from kerne.knowledge.allele_library import AlleleLibrary
from kerne.knowledge.dosage import DosageRegions
from kerne.knowledge.frequencies import PublishedFrequencies, read_frequencies
from kerne.knowledge.gene_library import GeneLibrary, read_regions
from kerne.knowledge.genes import SMALL_RNA_BP, GeneModels, completed, read_gene_models
from kerne.knowledge.known_variants import KnownInTable, KnownVariants
from kerne.knowledge.release import TABLE, Kind, Release
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.specifications import Specifications, read_specifications
from kerne.knowledge.variant_table.table import VariantTable
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import Ontology

FREQUENCY_KINDS: Final = (Kind.GNOMAD, Kind.FREQUENCIES)
"""An allele's frequency is that of the first of these that lists it."""

_SCORES: Final = {
    Kind.REVEL: "revel",
    Kind.ALPHAMISSENSE: "alphamissense",
    Kind.SPLICEAI: "splice",
}
_PLACED: Final = (*FREQUENCY_KINDS, *_SCORES, Kind.CLINVAR, Kind.DOSAGE)
_UNPLACED: Final = (Kind.CONSTRAINT, Kind.HGNC, Kind.VALIDITY, Kind.MONDO, Kind.SPECIFICATIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What an interpretation may use.

    Parameters
    ----------
    gene_links
        Diseases by gene symbol.
    frequencies
        `None` when no release is at hand: then rarity is not judged.
    releases
        Everything here comes from these.
    facts
        What is published about alleles: frequency, scores, ClinVar's class.
    gene_facts
        What is published about genes: constraint, validity, dosage.
    known
        The variants that ClinVar classes, by place.
    dosage
        Regions and genes judged for dosage sensitivity, by place.
    specifications
        What experts of single genes laid down about the criteria.
    """

    assembly: Assembly
    model: LikelihoodModel
    gene_links: Mapping[str, frozenset[str]]
    genes: GeneModels
    reference: ReferenceSequence
    frequencies: PublishedFrequencies | None
    releases: tuple[Release, ...]
    facts: AlleleLibrary = field(default_factory=AlleleLibrary)
    gene_facts: GeneLibrary = field(default_factory=GeneLibrary)
    known: KnownVariants = field(default_factory=KnownVariants)
    dosage: DosageRegions = field(default_factory=DosageRegions)
    specifications: Specifications = field(default_factory=Specifications)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the reference sequence."""
        self.reference.close()

    def hgnc_of(self, symbol: str) -> str:
        """Give the number of a gene at HGNC, such as `HGNC:1100`; empty when no release says it."""
        facts = self.gene_facts.of(symbol)
        if facts is not None and facts.hgnc:
            return facts.hgnc
        named = (each.gene_id for each in self.genes.of_gene(symbol))
        return next((each for each in named if each.startswith("HGNC:")), "")

    @property
    def ontology(self) -> Ontology:
        """The ontology that phenotypes are given in."""
        return self.model.ontology

    @property
    def sources(self) -> Sources:
        """How evidence names the releases."""
        frequencies = (self.label_of(kind) for kind in FREQUENCY_KINDS)
        scores = (self.label_of(kind) for kind in _SCORES)
        return Sources(
            genes=self.label_of(Kind.GENES),
            frequencies="; ".join(filter(None, frequencies)),
            constraint=self.label_of(Kind.CONSTRAINT),
            validity=self.label_of(Kind.VALIDITY),
            dosage=self.label_of(Kind.DOSAGE),
            clinvar=self.label_of(Kind.CLINVAR),
            scores="; ".join(filter(None, scores)),
        )

    def gatherer(self) -> Gatherer:
        """Give what puts facts of gene and neighbours beside a variant; it remembers genes."""
        return Gatherer(
            self.gene_facts, self.known, self.specifications, self.genes, self.reference
        )

    @property
    def rna_genes(self) -> frozenset[str]:
        """Genes that make no protein and may cause a disease: all known to, and every small one.

        What a case keeps of the others would be missed when a disease of theirs becomes known.
        """
        return frozenset(
            symbol
            for symbol, length_bp in self.genes.rna_genes.items()
            if length_bp < SMALL_RNA_BP or symbol in self.gene_links
        )

    def label_of(self, kind: Kind) -> str:
        """Name the release of a kind; empty when none is at hand."""
        return next((str(release) for release in self.releases if release.kind is kind), "")

    @property
    def labels(self) -> tuple[str, ...]:
        """All releases in words."""
        return tuple(str(release) for release in self.releases)


def open_knowledge(base: KnowledgeBase, assembly: Assembly, as_of: date | None = None) -> Knowledge:
    """Open the newest releases for an assembly.

    Parameters
    ----------
    as_of
        No release of a later date is opened.

    Raises
    ------
    KnowledgeError
        There is no reference sequence, no gene models or no HPO; the message says what to add.
    """
    needed = (
        _needed(base, Kind.HPO, None, as_of),
        _needed(base, Kind.REFERENCE, assembly, as_of),
        _needed(base, Kind.GENES, assembly, as_of),
    )
    placed = (base.newest(kind, assembly.name, as_of) for kind in _PLACED)
    unplaced = (base.newest(kind, None, as_of) for kind in _UNPLACED)
    found = (release for release in (*placed, *unplaced) if release is not None)
    cases = base.of_kind(Kind.CASES, as_of)
    return open_releases((*needed, *found, *cases), assembly)


def open_releases(releases: Sequence[Release], assembly: Assembly) -> Knowledge:
    """Open these very releases; those that are needed are among them.

    Genes are called by HGNC's approved symbols where such a release is among them: sources that
    are not of one day call a gene by several. Of cases there may be several, of other kinds at
    most one.

    Raises
    ------
    KnowledgeError, InputFileError
        A release is damaged.
    """
    by_kind = {release.kind: release for release in releases}
    gene_facts = GeneLibrary(releases, assembly)
    names = gene_facts.names
    model = phenotype_model(releases, names)
    genes = completed(read_gene_models(by_kind[Kind.GENES].path, assembly), assembly)
    tables = {
        kind: VariantTable(release.path)
        for kind, release in by_kind.items()
        if release.path.name == TABLE
    }
    published = _published(by_kind, tables, assembly)
    clinvar, dosage = tables.get(Kind.CLINVAR), by_kind.get(Kind.DOSAGE)
    return Knowledge(
        assembly=assembly,
        model=model,
        gene_links=model.gene_links,
        genes=genes.called(names),
        reference=ReferenceSequence(by_kind[Kind.REFERENCE].path),
        frequencies=next(iter(published), None),
        releases=tuple(releases),
        facts=AlleleLibrary(
            *published,
            scores={name: tables[kind] for kind, name in _SCORES.items() if kind in tables},
            clinvar=clinvar,
        ),
        gene_facts=gene_facts,
        known=KnownVariants()
        if clinvar is None
        else KnownInTable(clinvar, str(by_kind[Kind.CLINVAR])),
        dosage=DosageRegions()
        if dosage is None
        else DosageRegions(read_regions(dosage, assembly), str(dosage)),
        specifications=_specifications(by_kind.get(Kind.SPECIFICATIONS)),
    )


def _specifications(release: Release | None) -> Specifications:
    if release is None:
        return Specifications()
    return read_specifications(release.path, str(release))


def _published(
    by_kind: Mapping[Kind, Release], tables: Mapping[Kind, VariantTable], assembly: Assembly
) -> tuple[PublishedFrequencies, ...]:
    """Open the releases of frequencies, the one to be asked first before the others."""
    opened = []
    for kind in FREQUENCY_KINDS:
        release = by_kind.get(kind)
        if release is not None and kind in tables:
            opened.append(PublishedFrequencies(tables[kind], str(release)))
        elif release is not None:
            # A release of an earlier version, which kept the text as it was.
            opened.append(read_frequencies(release.path, assembly, str(release)))
    return tuple(opened)


def _needed(
    base: KnowledgeBase, kind: Kind, assembly: Assembly | None, as_of: date | None
) -> Release:
    release = base.newest(kind, None if assembly is None else assembly.name, as_of)
    if release is not None:
        return release
    which = "" if assembly is None else f" of assembly `{assembly.name}`"
    option = "" if assembly is None else f" --assembly {assembly.name}"
    file = {Kind.REFERENCE: "FASTA", Kind.GENES: "GFF3-or-bigGenePred"}.get(kind, "DIRECTORY")
    raise KnowledgeError(
        f"no `{kind.value}` release{which} in `{base.path}`; "
        f"add one with `kerne knowledge add {kind.value} {file}{option}`"
    )
