from collections.abc import Sequence

import pytest

from kerne.interpretation.candidate import Classification, Genotype, Mode
from kerne.interpretation.criteria.subject import DeNovo, Partner, Segregation
from kerne.interpretation.family.observation import Observation, RelativeCarriage
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.ranking.circumstances import circumstances_of, segregation_of
from kerne.interpretation.reading.calls import Carriage, Phase

HET, HOM, NONE, UNREAD = Carriage.HET, Carriage.HOM, Carriage.ABSENT, Carriage.UNKNOWN
Told = tuple[Kin, bool | None, Carriage]


def _seen(
    *relatives: Told, genotype: Genotype = Genotype.HET, phase: Phase | None = None
) -> Observation:
    return Observation(genotype, phase, tuple(RelativeCarriage(*each) for each in relatives))


@pytest.mark.parametrize(
    ("mode", "relatives", "expected"),
    [
        (Mode.DOMINANT, [(Kin.MOTHER, True, HET), (Kin.FATHER, False, NONE)], (1, 0, 0)),
        (Mode.DOMINANT, [(Kin.SIBLING, True, NONE), (Kin.CHILD, False, HET)], (0, 1, 1)),
        (Mode.DOMINANT, [(Kin.MOTHER, None, HET), (Kin.FATHER, True, UNREAD)], None),
        (Mode.DOMINANT, [(Kin.OTHER, True, HET)], None),
        (Mode.DOMINANT, [(Kin.FATHER, False, NONE)], None),
        (
            Mode.RECESSIVE_HOMOZYGOUS,
            [(Kin.SIBLING, True, HOM), (Kin.MOTHER, False, HET)],
            (1, 0, 0),
        ),
        (Mode.RECESSIVE_HOMOZYGOUS, [(Kin.SIBLING, True, HET)], (0, 1, 0)),
        (Mode.X_LINKED, [(Kin.SIBLING, True, Carriage.HEMI)], (1, 0, 0)),
    ],
)
def test_relatives__are_counted_by_disease_and_genotype(
    mode: Mode, relatives: Sequence[Told], expected: tuple[int, int, int] | None
) -> None:
    found = segregation_of([_seen(*relatives)], mode)
    assert found == (None if expected is None else Segregation(*expected))


def test_compound_genotype__is_had_by_who_has_both_alleles() -> None:
    first = _seen((Kin.SIBLING, True, HET), (Kin.MOTHER, False, HET), (Kin.FATHER, False, NONE))
    second = _seen((Kin.SIBLING, True, HET), (Kin.MOTHER, False, NONE), (Kin.FATHER, False, HET))
    assert segregation_of([first, second], Mode.RECESSIVE_COMPOUND) == Segregation(1, 0, 0)


def test_partners__stand_with_class_and_phase() -> None:
    observations = [_seen(phase=Phase("", 0)), _seen(phase=Phase("", 1)), _seen()]
    others = {
        1: ("c.5A>G", Classification.PATHOGENIC),
        2: ("c.9C>T", Classification.LIKELY_PATHOGENIC),
    }
    found = circumstances_of(0, (0, 1), observations, others, Mode.RECESSIVE_COMPOUND, None)
    assert found.partners == (
        Partner("c.5A>G", is_pathogenic=True, is_likely_pathogenic=False, in_trans=True),
        Partner("c.9C>T", is_pathogenic=False, is_likely_pathogenic=True, in_trans=None),
    )
    assert not found.is_homozygous
    assert found.segregation is None


def test_both_copies__are_homozygous_unless_one_is_deleted() -> None:
    both = _seen(genotype=Genotype.HOM)
    only = Observation(Genotype.HOM, is_over_deletion=True)
    mode, de_novo = Mode.RECESSIVE_HOMOZYGOUS, DeNovo(parents_confirmed=True)
    found = circumstances_of(0, (0,), [both], {}, mode, de_novo)
    assert (found.is_homozygous, found.de_novo, found.partners) == (True, de_novo, ())
    assert not circumstances_of(0, (0,), [only], {}, mode, None).is_homozygous
