"""Which modes of inheritance the genotypes of a gene allow, and how well the family agrees.

Pure rules. Each explanation carries a log10 factor for what the number of evidence points does not
hold: how often a healthy genome shows such a genotype by chance, and how the relatives fit. The
factors are first values set by judgement, not fitted; they are all in `Factors`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from kerne.alleles.assembly import ContigKind
from kerne.interpretation.calls import Carriage, Phase
from kerne.interpretation.candidate import Genotype, Mode
from kerne.interpretation.pedigree import Kin
from kerne.phenotype.annotations import Inheritance

_DOMINANT = frozenset(
    {Inheritance.AUTOSOMAL_DOMINANT, Inheritance.AUTOSOMAL_DOMINANT_MATERNAL_IMPRINTING}
)
_X_LINKED = frozenset(
    {Inheritance.X_LINKED, Inheritance.X_LINKED_DOMINANT, Inheritance.X_LINKED_RECESSIVE}
)


@dataclass(frozen=True, slots=True)
class Factors:
    """log10 factors of the rules; positive speaks for the explanation.

    Parameters
    ----------
    mode_unknown
        The disease has no stated mode, so any is allowed.
    de_novo
        Both parents lack the allele: a healthy child has one or two such in all its genes.
    homozygous, trans, phase_unknown
        Two hits in one gene are rarer than one, the more so when known to be on both copies.
    one_allele
        The second allele of a recessive disease was not found; it may be of a kind not examined.
    carried_by_unaffected, lacking_in_affected
        Each relative against the explanation; incomplete penetrance and mosaicism exist.
    shared_with_affected
        Each affected relative who fits.
    parent_lacks
        A recessive allele that a parent should have passed on and lacks.
    heterozygous_x_recessive
        A female carrier of an X-linked recessive disease; skewed inactivation exists.
    """

    mode_unknown: float = -0.5
    de_novo: float = 1.5
    homozygous: float = 1.0
    trans: float = 1.0
    phase_unknown: float = 0.3
    one_allele: float = -2.5
    carried_by_unaffected: float = -1.5
    lacking_in_affected: float = -1.5
    shared_with_affected: float = 0.3
    parent_lacks: float = -1.5
    heterozygous_x_recessive: float = -1.0
    hemizygous: float = 0.5


FACTORS = Factors()
ONE_ALLELE = (
    FACTORS.one_allele,
    "only one allele was found: the second may be of a kind that was not examined",
)


@dataclass(frozen=True, slots=True)
class RelativeCarriage:
    """How one relative carries one allele."""

    kin: Kin
    affected: bool | None
    carriage: Carriage


@dataclass(frozen=True, slots=True)
class Observation:
    """One allele of the patient in a gene, and how the relatives carry it.

    Parameters
    ----------
    relatives
        In the same order for every observation of one patient.
    """

    genotype: Genotype
    phase: Phase | None = None
    relatives: tuple[RelativeCarriage, ...] = ()

    def parent(self, kin: Kin) -> Carriage:
        """Say how the mother or father carries it; unknown when there is no genome of theirs."""
        found = (each.carriage for each in self.relatives if each.kin is kin)
        return next(found, Carriage.UNKNOWN)

    @property
    def is_de_novo(self) -> bool:
        """Whether both parents are known to lack it; never so on both copies."""
        if self.genotype is Genotype.HOM:
            return False
        return self.parent(Kin.MOTHER) is self.parent(Kin.FATHER) is Carriage.ABSENT


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way in which observations would cause a disease.

    Parameters
    ----------
    members
        Indices of the observations that take part.
    log10_fit
        Sum of the factors.
    reasons
        The factors in words.
    """

    mode: Mode
    members: tuple[int, ...]
    log10_fit: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gene lies and how many copies the patient has of it.

    Parameters
    ----------
    is_single_copy
        X outside the pseudo-autosomal regions in somebody with one X.
    """

    kind: ContigKind
    is_single_copy: bool = False


def explanations(
    observations: Sequence[Observation], place: Place, known: Collection[Inheritance]
) -> Iterator[Explanation]:
    """List the explanations that the genotypes and the known modes of a disease allow.

    Parameters
    ----------
    known
        Modes stated for the disease; none means that any is allowed, at a price.
    """
    if place.kind is ContigKind.AUTOSOME:
        yield from _autosomal(observations, frozenset(known))
    elif place.kind is ContigKind.X:
        yield from _x_linked(observations, place, frozenset(known))
    elif place.kind is ContigKind.MITOCHONDRION and _allows(known, {Inheritance.MITOCHONDRIAL}):
        for number in range(len(observations)):
            yield _explained(Mode.MITOCHONDRIAL, (number,), _unstated(known))


def _allows(known: Collection[Inheritance], wanted: Collection[Inheritance]) -> bool:
    return not known or bool(set(known) & set(wanted))


def _unstated(known: Collection[Inheritance]) -> list[tuple[float, str]]:
    if known:
        return []
    return [(FACTORS.mode_unknown, "no mode of inheritance is stated for the disease")]


def _explained(
    mode: Mode, members: tuple[int, ...], facts: Sequence[tuple[float, str]]
) -> Explanation:
    return Explanation(
        mode, members, sum(factor for factor, _ in facts), tuple(words for _, words in facts)
    )


def _autosomal(
    observations: Sequence[Observation], known: frozenset[Inheritance]
) -> Iterator[Explanation]:
    unstated = _unstated(known)
    if _allows(known, _DOMINANT):
        for number, each in enumerate(observations):
            if each.genotype is Genotype.HET:
                yield _dominant(number, each, unstated)
    if _allows(known, {Inheritance.AUTOSOMAL_RECESSIVE}):
        both = [*_homozygous(observations, unstated), *_compound(observations, unstated)]
        yield from both
        if known and not both:
            for number in range(len(observations)):
                yield _explained(Mode.RECESSIVE_ONE_ALLELE, (number,), [ONE_ALLELE])


def _homozygous(
    observations: Sequence[Observation], unstated: list[tuple[float, str]]
) -> Iterator[Explanation]:
    for number, each in enumerate(observations):
        if each.genotype is not Genotype.HET:
            facts = [*unstated, *_homozygous_facts(each)]
            yield _explained(Mode.RECESSIVE_HOMOZYGOUS, (number,), facts)


def _dominant(
    number: int, observation: Observation, unstated: list[tuple[float, str]]
) -> Explanation:
    facts = [*unstated, *_sharing_facts(observation)]
    if not observation.is_de_novo:
        return _explained(Mode.DOMINANT, (number,), facts)
    facts.append((FACTORS.de_novo, "de novo: both parents were read there and lack the allele"))
    return _explained(Mode.DE_NOVO, (number,), facts)


def _sharing_facts(observation: Observation) -> list[tuple[float, str]]:
    """Compare who carries at least one copy with who is affected."""
    facts = []
    for each in observation.relatives:
        if each.carriage is Carriage.UNKNOWN or each.affected is None:
            continue
        carries = each.carriage.is_carried
        if carries and each.affected:
            facts.append((FACTORS.shared_with_affected, f"shared with the affected {each.kin}"))
        elif carries:
            facts.append(
                (FACTORS.carried_by_unaffected, f"the unaffected {each.kin} carries it too")
            )
        elif each.affected:
            facts.append((FACTORS.lacking_in_affected, f"the affected {each.kin} lacks it"))
    return facts


def _homozygous_facts(observation: Observation) -> list[tuple[float, str]]:
    facts = [(FACTORS.homozygous, "homozygous")]
    for each in observation.relatives:
        has_two = each.carriage in (Carriage.HOM, Carriage.HEMI)
        if each.kin in (Kin.MOTHER, Kin.FATHER) and each.carriage is Carriage.ABSENT:
            facts.append(
                (FACTORS.parent_lacks, f"the {each.kin} lacks the allele: deletion or disomy?")
            )
        facts += _two_copies_fact(each, has_two=has_two)
    return facts


def _two_copies_fact(each: RelativeCarriage, *, has_two: bool) -> list[tuple[float, str]]:
    if each.carriage is Carriage.UNKNOWN or each.affected is None:
        return []
    if has_two and each.affected:
        return [(FACTORS.shared_with_affected, f"shared with the affected {each.kin}")]
    if has_two:
        return [(FACTORS.carried_by_unaffected, f"the unaffected {each.kin} has the same genotype")]
    if each.affected:
        return [(FACTORS.lacking_in_affected, f"the affected {each.kin} lacks the genotype")]
    return []


def _compound(
    observations: Sequence[Observation], unstated: list[tuple[float, str]]
) -> Iterator[Explanation]:
    heterozygous = [
        number for number, each in enumerate(observations) if each.genotype is Genotype.HET
    ]
    for first, second in combinations(heterozygous, 2):
        pair = observations[first], observations[second]
        copies = _copies(*pair)
        if copies is None or copies:
            facts = [*unstated, *_compound_facts(*pair, is_trans=copies is True)]
            yield _explained(Mode.RECESSIVE_COMPOUND, (first, second), facts)


def _copies(one: Observation, other: Observation) -> bool | None:
    """Say whether two alleles lie on different copies; `None` when that is not known."""
    if one.phase and other.phase and one.phase.phase_set == other.phase.phase_set:
        return one.phase.haplotype != other.phase.haplotype
    ways = [_from_which_parent(each) for each in (one, other)]
    return None if None in ways else ways[0] is not ways[1]


def _from_which_parent(observation: Observation) -> Kin | None:
    """Name the only parent who has the allele, provided that the other is known to lack it."""
    mother, father = observation.parent(Kin.MOTHER), observation.parent(Kin.FATHER)
    if mother.is_carried and father is Carriage.ABSENT:
        return Kin.MOTHER
    if father.is_carried and mother is Carriage.ABSENT:
        return Kin.FATHER
    return None


def _compound_facts(
    one: Observation, other: Observation, *, is_trans: bool
) -> list[tuple[float, str]]:
    facts = [
        (FACTORS.trans, "the two alleles are on different copies of the gene")
        if is_trans
        else (FACTORS.phase_unknown, "it is not known whether both copies of the gene are hit")
    ]
    for first, second in zip(one.relatives, other.relatives, strict=True):
        states = (first.carriage, second.carriage)
        if first.kin in (Kin.MOTHER, Kin.FATHER) and set(states) == {Carriage.ABSENT}:
            facts.append((FACTORS.parent_lacks, f"the {first.kin} has neither allele"))
        if Carriage.UNKNOWN not in states:
            both = all(state.is_carried for state in states)
            facts += _two_copies_fact(first, has_two=both)
    return facts


def _x_linked(
    observations: Sequence[Observation], place: Place, known: frozenset[Inheritance]
) -> Iterator[Explanation]:
    # Older annotations call some X-linked diseases autosomal; the gene's place decides.
    stated = known & _X_LINKED
    if known and not stated and not known & {*_DOMINANT, Inheritance.AUTOSOMAL_RECESSIVE}:
        return
    unstated = _unstated(stated)
    for number, each in enumerate(observations):
        facts = [*unstated, *_x_facts(each, place, stated)]
        yield _explained(Mode.X_LINKED, (number,), facts)


def _x_facts(
    observation: Observation, place: Place, stated: frozenset[Inheritance]
) -> list[tuple[float, str]]:
    facts = []
    if observation.genotype is not Genotype.HET:
        words = "hemizygous" if place.is_single_copy else "on both X chromosomes"
        facts.append((FACTORS.hemizygous, words))
    elif place.is_single_copy:
        facts.append((FACTORS.parent_lacks, "heterozygous where one copy is expected: mosaic?"))
    elif stated == {Inheritance.X_LINKED_RECESSIVE}:
        words = "heterozygous in a disease that is X-linked recessive"
        facts.append((FACTORS.heterozygous_x_recessive, words))
    if observation.is_de_novo:
        facts.append((FACTORS.de_novo, "de novo: both parents lack the allele"))
    for each in observation.relatives:
        full = each.carriage in (Carriage.HOM, Carriage.HEMI)
        is_manifest = each.affected is True and each.carriage.is_carried
        facts += _two_copies_fact(each, has_two=full or is_manifest)
    return facts
