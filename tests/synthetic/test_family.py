import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import SyntheticError
from kerne.synthetic.citizen import Sex
from kerne.synthetic.family import Shape, draw_population
from kerne.synthetic.patient import Mode


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    citizens=st.integers(12, 300),
    modes=st.lists(st.sampled_from(Mode), min_size=1, max_size=12),
    seed=st.integers(0, 1000),
)
def test_population__has_the_citizens_and_patients_that_were_asked_for(
    citizens: int, modes: list[Mode], seed: int
) -> None:
    population = draw_population(np.random.default_rng(seed), citizens, modes)
    assert len(population.members) == citizens
    assert [p for f in population.families for p in f.members] == list(range(citizens))
    patients = [f.patient for f in population.families if f.patient is not None]
    assert len(patients) == len(modes)
    for patient, mode in zip(patients, modes, strict=True):
        if mode is Mode.X_LINKED:
            assert population.members[patient].sex is Sex.MALE


@settings(deadline=None, max_examples=40, derandomize=True)
@given(citizens=st.integers(12, 300), seed=st.integers(0, 1000))
def test_parents__are_old_enough_and_founders_themselves(citizens: int, seed: int) -> None:
    population = draw_population(np.random.default_rng(seed), citizens, [Mode.DE_NOVO] * 4)
    for member in population.members:
        for parent, sex in ((member.mother, Sex.FEMALE), (member.father, Sex.MALE)):
            if parent is not None:
                above = population.members[parent]
                assert above.sex is sex
                assert above.age_years - member.age_years >= 16
                assert above.mother is None
        assert member.age_years < 100


def test_first_patient__comes_with_both_parents() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        population = draw_population(rng, 40, [Mode.RECESSIVE_COMPOUND] * 4)
        patient = population.families[0].patient
        assert patient is not None
        assert population.members[patient].mother is not None
        assert population.members[patient].father is not None


def test_families__are_smaller_where_there_is_no_room() -> None:
    population = draw_population(np.random.default_rng(1), 4, [Mode.DE_NOVO] * 4)
    assert [family.members for family in population.families] == [(0,), (1,), (2,), (3,)]


def test_population__cannot_have_more_patients_than_people() -> None:
    with pytest.raises(SyntheticError, match="`3` citizens cannot include `4` patients"):
        draw_population(np.random.default_rng(1), 3, [Mode.DOMINANT] * 4)


def test_shape__says_how_many_people_it_has() -> None:
    assert [shape.people for shape in Shape] == [1, 2, 3, 4]


def test_some_children__are_adopted() -> None:
    population = draw_population(np.random.default_rng(1), 2_000, [])
    adopted = [member for member in population.members if member.adopted]
    assert 5 < len(adopted) < 100
    assert all(member.mother is not None for member in adopted)
