"""All that the releases at hand say about genes, joined by HGNC's names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from kerne.alleles.assembly import Assembly
from kerne.knowledge.gene_facts import DosageRegion, GeneFacts, Validity
from kerne.knowledge.gene_files.constraint import Constraint, read_constraint
from kerne.knowledge.gene_files.dosage import read_dosage
from kerne.knowledge.gene_files.hgnc import GeneNames, read_gene_names
from kerne.knowledge.gene_files.mondo import read_same_diseases
from kerne.knowledge.gene_files.validity import read_validity
from kerne.knowledge.release import Kind, Release


@dataclass(frozen=True, slots=True)
class GeneSources:
    """What is read from the releases at hand; each empty where there is none."""

    names: GeneNames = field(default_factory=lambda: GeneNames(()))
    constraint: Mapping[str, Constraint] = field(default_factory=dict)
    validity: Iterable[tuple[str, str, Validity]] = ()
    dosage: Iterable[DosageRegion] = ()
    same_diseases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class GeneLibrary:
    """The facts of every gene that a release at hand speaks of; read when first asked.

    Parameters
    ----------
    releases
        Of any kinds; those about genes are used.
    assembly
        Of the places in the releases.
    """

    def __init__(self, releases: Iterable[Release] = (), assembly: Assembly | None = None) -> None:
        self._releases = {release.kind: release for release in releases}
        self._assembly = assembly

    def of(self, symbol: str) -> GeneFacts | None:
        """Say what is known of a gene, by its symbol, a former one or an alias.

        `None` when no release at hand speaks of it.
        """
        named = self._sources.names.find(symbol)
        return self._facts.get(symbol if named is None else named.symbol)

    @cached_property
    def _facts(self) -> dict[str, GeneFacts]:
        return join_facts(self._sources)

    @cached_property
    def _sources(self) -> GeneSources:
        ours = self._releases
        paths = {kind: release.path for kind, release in ours.items()}
        sources = GeneSources()
        if Kind.HGNC in paths:
            sources = replace(sources, names=read_gene_names(paths[Kind.HGNC]))
        if Kind.CONSTRAINT in paths:
            sources = replace(sources, constraint=read_constraint(paths[Kind.CONSTRAINT]))
        if Kind.VALIDITY in paths:
            sources = replace(sources, validity=tuple(read_validity(paths[Kind.VALIDITY])))
        if Kind.MONDO in paths:
            sources = replace(sources, same_diseases=read_same_diseases(paths[Kind.MONDO]))
        if Kind.DOSAGE in paths and self._assembly is not None:
            sources = replace(sources, dosage=read_regions(ours[Kind.DOSAGE], self._assembly))
        return sources


def read_regions(release: Release, assembly: Assembly) -> tuple[DosageRegion, ...]:
    """Read the judged genes and regions of all files of a release.

    Raises
    ------
    InputFileError
        A file is damaged.
    """
    return tuple(region for file in release.files for region in read_dosage(file, assembly))


def join_facts(sources: GeneSources) -> dict[str, GeneFacts]:
    """Join what several releases say of each gene, under its approved symbol."""
    joined = _Joined(sources.names)
    for constraint in sources.constraint.values():
        joined.add_constraint(constraint)
    for symbol, hgnc, validity in sources.validity:
        others = sources.same_diseases.get(validity.diseases[0], ())
        joined.add_validity(symbol, hgnc, replace(validity, diseases=(*validity.diseases, *others)))
    for region in sources.dosage:
        if region.gene:
            joined.add_dosage(region)
    return joined.facts


class _Joined:
    """Facts by approved symbol, as they come in."""

    def __init__(self, names: GeneNames) -> None:
        self._names = names
        self.facts = {
            symbol: GeneFacts(symbol=symbol, hgnc=gene.hgnc)
            for symbol, gene in names.by_symbol.items()
        }

    def add_constraint(self, constraint: Constraint) -> None:
        fact = self._known(constraint.symbol)
        # A gene that has this very symbol goes before one that once had it.
        if fact.pli is None or fact.symbol == constraint.symbol:
            self.facts[fact.symbol] = replace(
                fact,
                pli=constraint.pli,
                loeuf=constraint.loeuf,
                missense_z=constraint.missense_z,
                oe_missense=constraint.oe_missense,
            )

    def add_validity(self, symbol: str, hgnc: str, validity: Validity) -> None:
        by_hgnc = self._names.by_hgnc
        fact = self._known(by_hgnc[hgnc].symbol if hgnc in by_hgnc else symbol)
        judged = (*fact.validity, validity)
        self.facts[fact.symbol] = replace(fact, hgnc=hgnc, validity=judged)

    def add_dosage(self, region: DosageRegion) -> None:
        fact = self._known(region.gene)
        self.facts[fact.symbol] = replace(
            fact,
            haploinsufficiency=region.haploinsufficiency,
            triplosensitivity=region.triplosensitivity,
        )

    def _known(self, symbol: str) -> GeneFacts:
        named = self._names.find(symbol)
        approved = symbol if named is None else named.symbol
        return self.facts.get(approved, GeneFacts(symbol=approved))
