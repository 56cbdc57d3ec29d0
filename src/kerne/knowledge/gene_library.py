"""All that the releases at hand say about genes, joined by HGNC's names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from kerne.alleles.assembly import Assembly
from kerne.knowledge.gene_facts import DosageRegion, GeneFacts, Validity
from kerne.knowledge.gene_files.constraint import Constraint
from kerne.knowledge.gene_files.dosage import read_dosage
from kerne.knowledge.gene_files.hgnc import GeneNames
from kerne.knowledge.gene_files.kept import kept_constraint, kept_names, kept_same_diseases
from kerne.knowledge.gene_files.validity import read_validity
from kerne.knowledge.release import Kind, Release


@dataclass(frozen=True, slots=True)
class GeneSources:
    """What is read from the releases at hand; each empty where there is none."""

    names: GeneNames = field(default_factory=GeneNames)
    constraint: Iterable[Constraint] = ()
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
        return self._joined.of(symbol)

    @cached_property
    def names(self) -> GeneNames:
        """The names that genes have and had; none where no release at hand says them."""
        release = self._releases.get(Kind.HGNC)
        return GeneNames() if release is None else kept_names(release.path)

    @cached_property
    def _joined(self) -> "JoinedFacts":
        return JoinedFacts(self._sources())

    def _sources(self) -> GeneSources:
        ours = self._releases
        paths = {kind: release.path for kind, release in ours.items()}
        sources = GeneSources(self.names)
        if Kind.CONSTRAINT in paths:
            sources = replace(sources, constraint=kept_constraint(paths[Kind.CONSTRAINT]))
        if Kind.VALIDITY in paths:
            sources = replace(sources, validity=tuple(read_validity(paths[Kind.VALIDITY])))
        if Kind.MONDO in paths:
            sources = replace(sources, same_diseases=kept_same_diseases(paths[Kind.MONDO]))
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


class JoinedFacts:
    """What several sources say of each gene, under its approved symbol."""

    def __init__(self, sources: GeneSources) -> None:
        self._names = names = sources.names
        # A gene that has this very symbol goes before one that once had it.
        mine, former = dict[str, Constraint](), dict[str, Constraint]()
        for constraint in sources.constraint:
            symbol = names.approved(constraint.symbol)
            (mine if symbol == constraint.symbol else former)[symbol] = constraint
        self._constraint = former | mine
        self._hgnc = dict[str, str]()
        self._validity = dict[str, list[Validity]]()
        for symbol, hgnc, validity in sources.validity:
            same = sources.same_diseases.get(validity.diseases[0], ())
            judged = replace(validity, diseases=(*validity.diseases, *same))
            approved = names.symbol_of(hgnc) or names.approved(symbol)
            self._hgnc[approved] = hgnc
            self._validity.setdefault(approved, []).append(judged)
        self._dosage = {names.approved(each.gene): each for each in sources.dosage if each.gene}

    def of(self, symbol: str) -> GeneFacts | None:
        """Say what is known of a gene by any of its names; `None` when nothing is."""
        named = self._names.find(symbol)
        symbol = symbol if named is None else named.symbol
        constraint, dosage = self._constraint.get(symbol), self._dosage.get(symbol)
        hgnc = self._hgnc.get(symbol, "") if named is None else named.hgnc
        if not (hgnc or constraint or dosage):
            return None
        fact = GeneFacts(symbol, hgnc, validity=tuple(self._validity.get(symbol, ())))
        if constraint is not None:
            fact = replace(
                fact,
                pli=constraint.pli,
                loeuf=constraint.loeuf,
                missense_z=constraint.missense_z,
                oe_missense=constraint.oe_missense,
            )
        if dosage is not None:
            fact = replace(
                fact,
                haploinsufficiency=dosage.haploinsufficiency,
                triplosensitivity=dosage.triplosensitivity,
            )
        return fact
