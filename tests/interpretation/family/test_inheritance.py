from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import ContigKind
from kerne.interpretation.candidate import Genotype, Mode
from kerne.interpretation.family.explanation import Explanation
from kerne.interpretation.family.factors import FACTORS
from kerne.interpretation.family.facts import structural_origin
from kerne.interpretation.family.inheritance import explanations
from kerne.interpretation.family.observation import Observation, Place, RelativeCarriage
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.reading.calls import Carriage, Phase
from kerne.interpretation.reading.reads import CALLABLE, Reads
from kerne.phenotype.annotations import Inheritance

READS = dict.fromkeys(Carriage, Reads(30, 0, 99)) | {Carriage.HET: Reads(30, 15, 99)}
AUTOSOME = Place(ContigKind.AUTOSOME)
BOY_X = Place(ContigKind.X, is_single_copy=True)
GIRL_X = Place(ContigKind.X)
DOMINANT = {Inheritance.AUTOSOMAL_DOMINANT}
RECESSIVE = {Inheritance.AUTOSOMAL_RECESSIVE}


def _seen(
    genotype: Genotype = Genotype.HET,
    mother: Carriage | None = None,
    father: Carriage | None = None,
    *siblings: tuple[Carriage, bool | None],
    phase: Phase | None = None,
) -> Observation:
    relatives = [
        RelativeCarriage(kin, affected=False, carriage=carriage, reads=READS[carriage])
        for kin, carriage in ((Kin.MOTHER, mother), (Kin.FATHER, father))
        if carriage is not None
    ]
    relatives += [RelativeCarriage(Kin.SIBLING, affected, state) for state, affected in siblings]
    return Observation(genotype, phase, tuple(relatives))


def _ways(
    *observations: Observation,
    place: Place = AUTOSOME,
    known: Iterable[Inheritance] = (),
) -> list[Explanation]:
    return list(explanations(observations, place, frozenset(known)))


def _one(*observations: Observation, **about: object) -> Explanation:
    ways = _ways(*observations, **about)  # type: ignore[arg-type]  # place and known
    (way,) = (way for way in ways if way.mode is not Mode.RECESSIVE_ONE_ALLELE)
    return way


def _pairs(*observations: Observation) -> list[tuple[int, ...]]:
    return [way.members for way in _ways(*observations, known=RECESSIVE) if len(way.members) > 1]


def test_heterozygous_allele__explains_a_dominant_disease_only() -> None:
    assert _one(_seen(), known=DOMINANT).mode is Mode.DOMINANT
    (single,) = _ways(_seen(), known=RECESSIVE)
    assert (single.mode, single.log10_fit) == (Mode.RECESSIVE_ONE_ALLELE, FACTORS.one_allele)


def test_homozygous_allele__explains_a_recessive_disease_and_less_a_dominant_one() -> None:
    way = _one(_seen(Genotype.HOM), known=RECESSIVE)
    assert (way.mode, way.log10_fit) == (Mode.RECESSIVE_HOMOZYGOUS, FACTORS.homozygous)
    one, two = _ways(_seen(Genotype.HOM), known=DOMINANT)
    assert (one.mode, one.log10_fit) == (Mode.DOMINANT, FACTORS.homozygous_dominant)
    unstated = FACTORS.mode_unstated + FACTORS.homozygous
    assert (two.mode, two.log10_fit) == (Mode.RECESSIVE_HOMOZYGOUS, unstated)
    assert two.reasons[0] == (
        "on both copies, where the disease is only known to be inherited by one"
    )


def test_homozygous_allele__is_no_form_by_two_copies_where_no_copy_of_this_gene_is_stated() -> None:
    assert not _ways(_seen(Genotype.HOM), known={Inheritance.X_LINKED})


def test_allele_absent_in_both_parents__is_de_novo() -> None:
    way = _one(_seen(Genotype.HET, Carriage.ABSENT, Carriage.ABSENT), known=DOMINANT)
    assert (way.mode, way.log10_fit) == (Mode.DE_NOVO, FACTORS.de_novo)


@pytest.mark.parametrize("father", [None, Carriage.UNKNOWN])
def test_one_parent_unread__is_not_de_novo(father: Carriage | None) -> None:
    way = _one(_seen(Genotype.HET, Carriage.ABSENT, father), known=DOMINANT)
    assert way.mode is Mode.DOMINANT


UNSEEN = "no reads were looked at and a caller may have missed it"


@pytest.mark.parametrize("father", [Carriage.UNSEEN, Carriage.ABSENT])
def test_variant_that_no_parents_calls_show__is_less_than_de_novo(father: Carriage) -> None:
    way = _one(_seen(Genotype.HET, Carriage.UNSEEN, father), known=DOMINANT)
    assert (way.mode, way.log10_fit) == (Mode.DOMINANT, FACTORS.unseen_in_parents)
    assert way.log10_fit < FACTORS.de_novo_unproven < FACTORS.de_novo
    (words,) = way.reasons
    assert words.startswith("not seen in either parent's structural calls: weaker than de novo")


@pytest.mark.parametrize("father", [None, Carriage.UNKNOWN, Carriage.HET])
def test_variant_unseen_in_one_parent__is_new_in_nobody(father: Carriage | None) -> None:
    way = _one(_seen(Genotype.HET, Carriage.UNSEEN, father), known=DOMINANT)
    assert way.mode is Mode.DOMINANT
    assert not any(UNSEEN in each for each in way.reasons)


def test_variant_unseen_in_the_mother_of_a_boy__may_be_new_on_his_x() -> None:
    mother = (RelativeCarriage(Kin.MOTHER, affected=False, carriage=Carriage.UNSEEN),)
    seen = Observation(Genotype.HEMI, relatives=mother, givers=BOY_X.givers)
    way = _one(seen, place=BOY_X, known={Inheritance.X_LINKED})
    assert way.log10_fit == FACTORS.unseen_in_parents
    assert way.reasons[-1].startswith("not seen in the mother's structural calls: weaker")


def test_variant_unseen_in_an_affected_relative__costs_less_than_a_lack() -> None:
    unseen = _one(_seen(Genotype.HET, None, None, (Carriage.UNSEEN, True)), known=DOMINANT)
    assert unseen.log10_fit == FACTORS.unseen_in_affected > FACTORS.lacking_in_affected
    assert unseen.reasons == ("not seen in the structural calls of the affected sibling",)
    healthy = _one(_seen(Genotype.HET, None, None, (Carriage.UNSEEN, False)), known=DOMINANT)
    assert (healthy.log10_fit, healthy.reasons) == (0, ())


def test_variant_on_both_copies_that_no_parent_shows__is_not_called_new() -> None:
    seen = _seen(Genotype.HOM, Carriage.UNSEEN, Carriage.UNSEEN)
    assert not seen.is_unseen_in_givers
    way = _one(seen, known=RECESSIVE)
    assert way.log10_fit == FACTORS.homozygous


@pytest.mark.parametrize(
    ("mother", "father", "expected"),
    [
        (None, None, []),
        (Carriage.HET, Carriage.UNSEEN, ["found in the mother's structural calls too"]),
        (
            Carriage.HET,
            Carriage.HOM,
            [f"found in the {kin}'s structural calls too" for kin in ("mother", "father")],
        ),
        (Carriage.ABSENT, Carriage.ABSENT, []),
        (
            Carriage.UNSEEN,
            Carriage.UNKNOWN,
            [
                "not seen in the mother's structural calls",
                "whether a parent has the structural variant is not known",
            ],
        ),
        (
            Carriage.UNKNOWN,
            None,
            ["whether a parent has the structural variant is not known"],
        ),
    ],
)
def test_origin_of_a_structural_variant__is_told_as_far_as_the_parents_calls_do(
    mother: Carriage | None, father: Carriage | None, expected: list[str]
) -> None:
    assert structural_origin(_seen(Genotype.HET, mother, father)) == expected


def test_unaffected_carrier__speaks_against_a_dominant_allele() -> None:
    way = _one(_seen(Genotype.HET, Carriage.HET, Carriage.ABSENT), known=DOMINANT)
    assert way.log10_fit == FACTORS.carried_by_unaffected
    assert way.reasons == ("the unaffected mother carries it too",)


def test_affected_sibling__speaks_for_or_against_a_dominant_allele() -> None:
    shared = _one(_seen(Genotype.HET, None, None, (Carriage.HET, True)), known=DOMINANT)
    lacking = _one(_seen(Genotype.HET, None, None, (Carriage.ABSENT, True)), known=DOMINANT)
    unclear = _one(_seen(Genotype.HET, None, None, (Carriage.HET, None)), known=DOMINANT)
    assert shared.log10_fit == FACTORS.shared_with_affected
    assert lacking.log10_fit == FACTORS.lacking_in_affected
    assert unclear.log10_fit == 0


def test_homozygous_allele_that_a_parent_lacks__costs() -> None:
    way = _one(_seen(Genotype.HOM, Carriage.HET, Carriage.ABSENT), known=RECESSIVE)
    assert way.log10_fit == FACTORS.homozygous + FACTORS.parent_lacks
    assert "the father lacks the allele" in way.reasons[1]


def test_sibling__tells_for_a_homozygous_allele_by_state_and_disease() -> None:
    def fit(state: Carriage, *, affected: bool) -> float:
        seen = _seen(Genotype.HOM, None, None, (state, affected))
        return _one(seen, known=RECESSIVE).log10_fit - FACTORS.homozygous

    assert fit(Carriage.HOM, affected=True) == pytest.approx(FACTORS.shared_with_affected)
    assert fit(Carriage.HOM, affected=False) == pytest.approx(FACTORS.carried_by_unaffected)
    assert fit(Carriage.HET, affected=True) == pytest.approx(FACTORS.lacking_in_affected)
    assert fit(Carriage.HET, affected=False) == 0
    assert fit(Carriage.UNKNOWN, affected=True) == 0


def test_two_alleles_from_different_parents__are_compound() -> None:
    one = _seen(Genotype.HET, Carriage.HET, Carriage.ABSENT)
    other = _seen(Genotype.HET, Carriage.ABSENT, Carriage.HET)
    way = _one(one, other, known=RECESSIVE)
    assert (way.mode, way.members) == (Mode.RECESSIVE_COMPOUND, (0, 1))
    assert way.log10_fit == FACTORS.trans


def test_structural_variant_of_one_parent_that_the_other_does_not_show__is_phased() -> None:
    small = _seen(Genotype.HET, Carriage.HET, Carriage.ABSENT)
    deletion = _seen(Genotype.HET, Carriage.UNSEEN, Carriage.HET)
    assert _one(small, deletion, known=RECESSIVE).log10_fit == FACTORS.trans
    new = _seen(Genotype.HET, Carriage.UNSEEN, Carriage.UNSEEN)
    assert _one(small, new, known=RECESSIVE).log10_fit == FACTORS.phase_unknown


def test_two_alleles_from_one_parent__explain_nothing_recessive() -> None:
    one = _seen(Genotype.HET, Carriage.HET, Carriage.ABSENT)
    assert _pairs(one, one) == []


def test_phase_in_the_file__settles_which_copy() -> None:
    left, right = (_seen(phase=Phase("7", haplotype)) for haplotype in (0, 1))
    elsewhere = _seen(phase=Phase("9", 0))
    assert _one(left, right, known=RECESSIVE).log10_fit == FACTORS.trans
    assert _pairs(left, left) == []
    assert _one(left, elsewhere, known=RECESSIVE).log10_fit == FACTORS.phase_unknown


def test_compound_alleles__are_compared_with_relatives_as_a_pair() -> None:
    def fit(first: Carriage, second: Carriage, *, affected: bool) -> float:
        pair = [_seen(Genotype.HET, None, None, (state, affected)) for state in (first, second)]
        return _one(*pair, known=RECESSIVE).log10_fit - FACTORS.phase_unknown

    both = Carriage.HET, Carriage.HET
    assert fit(*both, affected=True) == pytest.approx(FACTORS.shared_with_affected)
    assert fit(*both, affected=False) == pytest.approx(FACTORS.carried_by_unaffected)
    assert fit(Carriage.HET, Carriage.ABSENT, affected=True) == pytest.approx(
        FACTORS.lacking_in_affected
    )
    assert fit(Carriage.HET, Carriage.UNKNOWN, affected=True) == 0


def test_parent_with_neither_compound_allele__costs() -> None:
    one = _seen(Genotype.HET, Carriage.ABSENT, Carriage.UNKNOWN)
    way = _one(one, one, known=RECESSIVE)
    assert way.log10_fit == pytest.approx(FACTORS.phase_unknown + FACTORS.parent_lacks)


def test_disease_without_stated_mode__allows_any_at_a_price() -> None:
    modes = {way.mode for way in _ways(_seen(), _seen(Genotype.HOM))}
    assert modes == {Mode.DOMINANT, Mode.RECESSIVE_HOMOZYGOUS}
    assert _one(_seen()).log10_fit == FACTORS.mode_unknown


def test_boy_with_an_allele_on_x__is_hemizygous() -> None:
    for genotype in (Genotype.HEMI, Genotype.HOM):
        way = _one(_seen(genotype), place=BOY_X, known={Inheritance.X_LINKED_RECESSIVE})
        assert (way.mode, way.reasons) == (Mode.X_LINKED, ("hemizygous",))


def test_boy_heterozygous_on_x__is_unexpected() -> None:
    way = _one(_seen(), place=BOY_X, known={Inheritance.X_LINKED})
    assert way.log10_fit == FACTORS.parent_lacks


def test_girl_heterozygous_on_x__fits_a_dominant_better_than_a_recessive_disease() -> None:
    dominant = _one(_seen(), place=GIRL_X, known={Inheritance.X_LINKED_DOMINANT})
    recessive = _one(_seen(), place=GIRL_X, known={Inheritance.X_LINKED_RECESSIVE})
    assert dominant.log10_fit == 0
    assert recessive.log10_fit == FACTORS.heterozygous_x_recessive


def test_x_linked_allele__is_compared_with_the_family() -> None:
    father = _one(
        _seen(Genotype.HEMI, Carriage.HET, Carriage.HEMI), place=BOY_X, known={Inheritance.X_LINKED}
    )
    new = _one(
        _seen(Genotype.HEMI, Carriage.ABSENT, Carriage.ABSENT),
        place=BOY_X,
        known={Inheritance.X_LINKED},
    )
    sister = _one(
        _seen(Genotype.HEMI, None, None, (Carriage.HET, True)),
        place=BOY_X,
        known={Inheritance.X_LINKED},
    )
    assert father.log10_fit == FACTORS.hemizygous + FACTORS.carried_by_unaffected
    assert new.log10_fit == FACTORS.hemizygous + FACTORS.de_novo
    assert sister.log10_fit == FACTORS.hemizygous + FACTORS.shared_with_affected


def test_gene_on_x__takes_older_autosomal_annotations_but_no_others() -> None:
    older = _one(_seen(Genotype.HEMI), place=BOY_X, known=RECESSIVE)
    assert older.log10_fit == FACTORS.hemizygous + FACTORS.mode_unknown
    assert _ways(_seen(Genotype.HEMI), place=BOY_X, known={Inheritance.MITOCHONDRIAL}) == []


def test_mitochondrial_gene__explains_a_mitochondrial_disease() -> None:
    place = Place(ContigKind.MITOCHONDRION)
    way = _one(_seen(Genotype.HOM), place=place, known={Inheritance.MITOCHONDRIAL})
    assert way.mode is Mode.MITOCHONDRIAL
    assert _ways(_seen(Genotype.HOM), place=place, known=DOMINANT) == []


DEEP = Reads(31, 0, 99)
OWN = Reads(30, 14)


def _trio(
    mother: Reads, father: Reads, own: Reads = OWN, *, place: Place = AUTOSOME
) -> Observation:
    """A heterozygous allele that both parents are called without."""
    relatives = tuple(
        RelativeCarriage(kin, affected=False, carriage=Carriage.ABSENT, reads=reads)
        for kin, reads in ((Kin.MOTHER, mother), (Kin.FATHER, father))
    )
    genotype = Genotype.HEMI if place.is_single_copy else Genotype.HET
    return Observation(genotype, None, relatives, own, place.givers)


def test_de_novo_allele__is_told_with_depths_and_allele_balance() -> None:
    way = _one(_trio(DEEP, Reads(28, 0)), known=DOMINANT)
    assert (way.mode, way.log10_fit) == (Mode.DE_NOVO, FACTORS.de_novo)
    (reason,) = way.reasons
    assert "mother: 0 of 31 reads, father: 0 of 28 reads; patient: 14 of 30 reads (47%)" in reason
    assert _one(_trio(CALLABLE, CALLABLE), known=DOMINANT).mode is Mode.DE_NOVO


@pytest.mark.parametrize(
    "father", [Reads(), Reads(7, 0), Reads(30, 0, 10), Reads(None, 0)], ids=str
)
def test_parent_read_too_little__leaves_de_novo_uncalled_and_says_so(father: Reads) -> None:
    way = _one(_trio(DEEP, father), known=DOMINANT)
    assert (way.mode, way.log10_fit) == (Mode.DOMINANT, FACTORS.de_novo_unproven)
    assert "not taken as de novo: too few reads, or not told" in way.reasons[0]


def test_single_read_in_a_parent__is_possible_mosaicism_and_a_risk_to_further_children() -> None:
    way = _one(_trio(Reads(40, 1, 99), DEEP), known=DOMINANT)
    assert (way.mode, way.log10_fit) == (Mode.DOMINANT, FACTORS.parental_mosaic)
    (reason,) = way.reasons
    assert reason.startswith("possible mosaicism of the mother (1 of 40 reads (2%))")
    assert "a further child may inherit it, at a risk of up to 50 %" in reason


def test_unaffected_carrier_with_few_reads__may_be_mosaic() -> None:
    mother = RelativeCarriage(Kin.MOTHER, affected=False, carriage=Carriage.HET, reads=Reads(40, 6))
    way = _one(Observation(Genotype.HET, None, (mother,)), known=DOMINANT)
    assert way.log10_fit == FACTORS.carried_by_mosaic
    assert "the unaffected mother may be mosaic (6 of 40 reads (15%))" in way.reasons[0]


def test_incomplete_penetrance__forgives_an_unaffected_carrier_in_part() -> None:
    seen = _seen(Genotype.HET, Carriage.HET, Carriage.ABSENT)
    (strict,) = explanations([seen], AUTOSOME, DOMINANT)
    (lenient,) = explanations([seen], AUTOSOME, DOMINANT, spares_some=True)
    assert strict.log10_fit == FACTORS.carried_by_unaffected
    assert lenient.log10_fit == FACTORS.carried_without_penetrance
    assert lenient.reasons == ("the unaffected mother carries it too: penetrance is incomplete",)


def test_few_reads_of_the_patient__are_mosaic_or_an_artefact() -> None:
    way = _one(_trio(DEEP, DEEP, Reads(50, 5)), known=DOMINANT)
    assert way.log10_fit == FACTORS.de_novo + FACTORS.odd_balance
    assert "only 5 of 50 reads (10%) show the allele" in way.reasons[1]


def test_silenced_copy__does_not_explain_well() -> None:
    known = {Inheritance.AUTOSOMAL_DOMINANT_MATERNAL_IMPRINTING}
    from_mother = _one(_seen(Genotype.HET, Carriage.HET, Carriage.ABSENT), known=known)
    from_father = _one(_seen(Genotype.HET, Carriage.ABSENT, Carriage.HET), known=known)
    assert from_mother.log10_fit - from_father.log10_fit == pytest.approx(FACTORS.silent_copy)
    assert "whose copy imprinting silences" in from_mother.reasons[0]


def test_homozygous_allele_in_a_long_stretch__is_less_of_a_coincidence() -> None:
    inside = Observation(Genotype.HOM, stretch_bp=12_340_000)
    way = _one(inside, known=RECESSIVE)
    assert way.log10_fit == FACTORS.homozygous_by_descent < FACTORS.homozygous
    assert way.reasons == (
        "homozygous, in a homozygous stretch of 12.3 Mb: from one ancestor, or disomy",
    )


def test_allele_over_a_deletion__is_one_of_a_pair_with_it() -> None:
    deletion, over = _seen(), Observation(Genotype.HOM, is_over_deletion=True)
    way = _one(deletion, over, known=RECESSIVE)
    assert (way.mode, way.members) == (Mode.RECESSIVE_COMPOUND, (0, 1))
    assert way.log10_fit == FACTORS.trans


def test_x_of_a_boy__is_new_when_his_mother_lacks_it_whatever_his_father_has() -> None:
    seen = _trio(DEEP, Reads(), place=BOY_X)
    way = _one(seen, place=BOY_X, known={Inheritance.X_LINKED})
    assert way.log10_fit == FACTORS.hemizygous + FACTORS.de_novo
    girl = _one(_trio(DEEP, Reads()), place=GIRL_X, known={Inheritance.X_LINKED})
    assert girl.log10_fit == FACTORS.de_novo_unproven


def test_gene_on_y__is_explained_by_the_fathers_line() -> None:
    place = Place(ContigKind.Y, is_single_copy=True)
    known = {Inheritance.Y_LINKED}
    new = _one(_trio(Reads(), DEEP, place=place), place=place, known=known)
    assert (new.mode, new.log10_fit) == (Mode.Y_LINKED, FACTORS.hemizygous + FACTORS.de_novo)
    father = _one(_seen(Genotype.HEMI, None, Carriage.HEMI), place=place, known=known)
    assert father.log10_fit == FACTORS.hemizygous + FACTORS.carried_by_unaffected
    assert _ways(_seen(Genotype.HEMI), place=place, known=DOMINANT) == []


MT = Place(ContigKind.MITOCHONDRION)


def _heteroplasmic(own: Reads, mother: Reads | None = None) -> Explanation:
    relatives = (
        ()
        if mother is None
        else (RelativeCarriage(Kin.MOTHER, affected=False, carriage=Carriage.HET, reads=mother),)
    )
    seen = Observation(Genotype.HET, None, relatives, own, MT.givers)
    return _one(seen, place=MT, known={Inheritance.MITOCHONDRIAL})


@pytest.mark.parametrize(
    ("own", "factor", "words"),
    [
        (Reads(1000, 340), 0.0, "heteroplasmy 34% (340 of 1000 reads (34%))"),
        (Reads(1000, 40), FACTORS.low_heteroplasmy, "heteroplasmy 4% "),
        (Reads(1000, 990), 0.0, "homoplasmic (990 of 1000"),
        (Reads(1000), 0.0, "the heteroplasmy is not known"),
    ],
    ids=str,
)
def test_heteroplasmy__is_the_share_of_reads(own: Reads, factor: float, words: str) -> None:
    way = _heteroplasmic(own)
    assert way.log10_fit == factor
    assert way.reasons[0].startswith(words)


def test_unaffected_mother__speaks_against_a_mitochondrial_allele_only_when_she_has_all() -> None:
    assert _heteroplasmic(Reads(100, 80), Reads(100, 20)).log10_fit == 0
    full = _heteroplasmic(Reads(100, 80), Reads(100, 95))
    assert full.log10_fit == FACTORS.carried_by_unaffected


def test_father__gives_no_mitochondria() -> None:
    relatives = tuple(
        RelativeCarriage(kin, affected=False, carriage=carriage, reads=reads)
        for kin, carriage, reads in (
            (Kin.MOTHER, Carriage.ABSENT, DEEP),
            (Kin.FATHER, Carriage.HOM, Reads(100, 100)),
        )
    )
    seen = Observation(Genotype.HOM, None, relatives, Reads(100, 100), MT.givers)
    way = _one(seen, place=MT, known={Inheritance.MITOCHONDRIAL})
    assert way.log10_fit == FACTORS.de_novo
    assert way.reasons[-1] == "the father has it too, and no child has it from him"


STATES = st.sampled_from(Carriage)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    st.lists(
        st.builds(
            _seen,
            st.sampled_from([Genotype.HET, Genotype.HOM]),
            STATES,
            STATES,
        ),
        max_size=4,
    ),
    st.sets(st.sampled_from(Inheritance), max_size=3),
)
def test_explanations_on_autosomes__are_those_of_a_naive_enumeration(
    observations: list[Observation], known: set[Inheritance]
) -> None:
    found = {(way.mode, way.members) for way in _ways(*observations, known=known)}
    assert found == _naive(observations, known)


def _naive(
    observations: list[Observation], known: set[Inheritance]
) -> set[tuple[Mode, tuple[int, ...]]]:
    expected: set[tuple[Mode, tuple[int, ...]]] = set()
    dominant = not known or any("DOMINANT" in k.name and "AUTOSOMAL" in k.name for k in known)
    recessive = not known or Inheritance.AUTOSOMAL_RECESSIVE in known
    parents = [
        (each.relatives[0].carriage.value, each.relatives[1].carriage.value)
        for each in observations
    ]
    for i, each in enumerate(observations):
        is_het = each.genotype is Genotype.HET
        if dominant and (is_het or known):
            new = is_het and parents[i] == ("absent", "absent")
            expected.add((Mode.DE_NOVO if new else Mode.DOMINANT, (i,)))
        if each.genotype is Genotype.HOM and (recessive or dominant):
            expected.add((Mode.RECESSIVE_HOMOZYGOUS, (i,)))
        for j in range(i + 1, len(observations)):
            if not recessive or {each.genotype, observations[j].genotype} != {Genotype.HET}:
                continue
            from_mother = all(p[0] in {"het", "hom", "hemi"} for p in (parents[i], parents[j]))
            from_father = all(p[1] in {"het", "hom", "hemi"} for p in (parents[i], parents[j]))
            no_mother = all(p[0] in {"absent", "unseen"} for p in (parents[i], parents[j]))
            no_father = all(p[1] in {"absent", "unseen"} for p in (parents[i], parents[j]))
            if not (from_mother and no_father) and not (from_father and no_mother):
                expected.add((Mode.RECESSIVE_COMPOUND, (i, j)))
    biallelic = {Mode.RECESSIVE_COMPOUND, Mode.RECESSIVE_HOMOZYGOUS}
    if Inheritance.AUTOSOMAL_RECESSIVE in known and not biallelic & {m for m, _ in expected}:
        expected |= {(Mode.RECESSIVE_ONE_ALLELE, (i,)) for i in range(len(observations))}
    return expected
