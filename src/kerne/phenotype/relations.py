"""Which diseases resemble each other by what they are: one under two names, of one gene, numbered.

The annotations of a disease are often few while those of its relatives are many. Orphanet describes
under one identifier what OMIM splits by gene; a gene's diseases overlap; and OMIM numbers the
diseases of a *series* (`Retinitis pigmentosa 18`), which look alike. Rare diseases of no gene of
OMIM's are candidates under their Orphanet identifier; the others are represented by OMIM's.

A disease that Orphanet does not know by itself is often a *kind* of one that it does: the one with
the name of its series, or that of its gene whose name is most alike.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

OMIM, ORPHANET = "OMIM:", "ORPHA:"
LEAST_SERIES = 3
"""Fewer diseases of one name are no series."""
LEAST_ALIKE = 0.3
"""Names of a gene's diseases share so much of their words when one is a kind of the other."""

_NUMBER = re.compile(r",? (?:type )?(?:[ivxl]+|\d+)[a-z]{0,2}(?=$|[,;]| with)")
_BRACKETED = re.compile(r"\(.*?\)")
_WORD = re.compile(r"[a-z0-9]+")
_IS_NUMBER = re.compile(r"[ivxl]+|\d+[a-z]{0,2}")

Relatives = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """The relatives of each candidate disease; one without any is not a key.

    Parameters
    ----------
    candidates
        Sorted identifiers of the diseases that are ranked.
    genes
        Symbols by candidate, sorted.
    aliases
        The same disease in Orphanet.
    kinds
        The disease of Orphanet that a candidate without alias is a kind of, by its name.
    orphanet, siblings
        Diseases of a gene of the candidate: those of Orphanet, and the other candidates.
    series
        The other diseases of the candidate's series.
    """

    candidates: tuple[str, ...]
    genes: Relatives
    aliases: Relatives
    kinds: Relatives
    orphanet: Relatives
    siblings: Relatives
    series: Relatives


def relate(
    names: Mapping[str, str],
    gene_links: Mapping[str, frozenset[str]],
    aliases: Mapping[str, frozenset[str]],
) -> Relations:
    """Find the relatives of all diseases.

    Parameters
    ----------
    names
        Name by identifier of every disease that anything is known of.
    gene_links
        Diseases by gene symbol.
    aliases
        Identifiers of the same disease in other databases, by identifier; may be empty. Diseases
        of the same name are one in any case.
    """
    genes = _inverted(gene_links)
    by_name = _orphanet_by_name(names)
    same = _aliases(names, aliases, by_name)
    represented = {each for found in same.values() for each in found} | {
        disease
        for diseases in gene_links.values()
        if any(each in names and not each.startswith(ORPHANET) for each in diseases)
        for disease in diseases
        if disease.startswith(ORPHANET)
    }
    candidates = tuple(sorted(names.keys() - represented))
    of_gene = {
        each: sorted({d for gene in genes.get(each, ()) for d in gene_links[gene]} - {each})
        for each in candidates
    }
    chosen = frozenset(candidates)
    orphanet = _kept(of_gene, lambda each: each.startswith(ORPHANET) and each in names)
    return Relations(
        candidates=candidates,
        genes={each: genes[each] for each in candidates if each in genes},
        aliases=same,
        kinds=_kinds(names, chosen - same.keys(), by_name, orphanet),
        orphanet=orphanet,
        siblings=_kept(of_gene, lambda each: each in chosen and not each.startswith(ORPHANET)),
        series=_series(names, candidates),
    )


def series_name(name: str) -> str:
    """Give what the diseases of a series have in common: the name up to its number.

    Examples
    --------
    >>> series_name("Retinitis pigmentosa 18"), series_name("Osteogenesis imperfecta, type XI")
    ('retinitis pigmentosa', 'osteogenesis imperfecta')
    """
    plain = _BRACKETED.sub("", name.lower())
    return _NUMBER.split(plain)[0].split(";")[0].strip(" ,")


def _inverted(links: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    genes: dict[str, set[str]] = {}
    for gene, diseases in links.items():
        for disease in diseases:
            genes.setdefault(disease, set()).add(gene)
    return {disease: tuple(sorted(found)) for disease, found in genes.items()}


def _orphanet_by_name(names: Mapping[str, str]) -> dict[str, set[str]]:
    by_name: dict[str, set[str]] = {}
    for disease, name in names.items():
        if disease.startswith(ORPHANET):
            by_name.setdefault(_plain(name), set()).add(disease)
    return by_name


def _aliases(
    names: Mapping[str, str],
    known: Mapping[str, frozenset[str]],
    by_name: Mapping[str, set[str]],
) -> dict[str, tuple[str, ...]]:
    """Give the Orphanet diseases that are the same, by candidate: as known, and by equal names."""
    same = {
        disease: by_name.get(_plain(name), set())
        | {each for each in known.get(disease, ()) if each in names and each.startswith(ORPHANET)}
        for disease, name in names.items()
        if not disease.startswith(ORPHANET)
    }
    return {disease: tuple(sorted(found)) for disease, found in same.items() if found}


def _kinds(
    names: Mapping[str, str],
    candidates: Iterable[str],
    by_name: Mapping[str, set[str]],
    orphanet: Relatives,
) -> dict[str, tuple[str, ...]]:
    """Give the Orphanet diseases that candidates of OMIM are kinds of, as far as names tell."""
    kinds: dict[str, tuple[str, ...]] = {}
    for disease in candidates:
        if disease.startswith(ORPHANET):
            continue
        named = by_name.get(_plain(series_name(names[disease])), set())
        kinds[disease] = tuple(sorted(named)) or _most_alike(
            names[disease], {each: names[each] for each in orphanet.get(disease, ())}
        )
    return {disease: found for disease, found in kinds.items() if found}


def _most_alike(name: str, others: Mapping[str, str]) -> tuple[str, ...]:
    """Give the one whose name shares most words with a name, if it shares enough."""
    words = _said(name)
    alike = {
        each: len(words & _said(other)) / len(words | _said(other))
        for each, other in others.items()
        if words | _said(other)
    }
    best = max(alike, key=lambda each: (alike[each], each), default="")
    return (best,) if best and alike[best] >= LEAST_ALIKE else ()


def _said(name: str) -> frozenset[str]:
    """Give the words of a name that are no number."""
    words = _WORD.findall(name.lower())
    return frozenset(each for each in words if not _IS_NUMBER.fullmatch(each))


def _plain(name: str) -> str:
    return " ".join(_WORD.findall(name.lower()))


def _kept(found: Mapping[str, Iterable[str]], keep: Callable[[str], bool]) -> Relatives:
    kept = {disease: tuple(filter(keep, each)) for disease, each in found.items()}
    return {disease: each for disease, each in kept.items() if each}


def _series(names: Mapping[str, str], candidates: Iterable[str]) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = {}
    for disease in candidates:
        members.setdefault(series_name(names[disease]), []).append(disease)
    return {
        disease: tuple(each for each in series if each != disease)
        for series in members.values()
        if len(series) >= LEAST_SERIES
        for disease in series
    }
