from datetime import date

import numpy as np
import pytest

from kerne.errors import SyntheticError
from kerne.synthetic.country import Country
from kerne.synthetic.founding import make_country, patients_for
from kerne.synthetic.patient import Mode
from kerne.synthetic.profile import Medicine


def test_country__is_the_same_for_the_same_seed_and_another_for_another(
    small_medicine: Medicine,
) -> None:
    first, again = (make_country(11, 30, medicine=small_medicine) for _ in range(2))
    other = make_country(12, 30, medicine=small_medicine)
    assert np.array_equal(first.haplotypes.carried, again.haplotypes.carried)
    assert first.genome == again.genome
    assert first.sites == again.sites
    assert first.published == again.published
    assert first.register == again.register
    assert first.choices == again.choices
    assert first.institutions == again.institutions
    assert first.patients == again.patients
    assert first.answers == again.answers
    assert first.genome != other.genome
    assert first.patients != other.patients


@pytest.mark.parametrize(
    ("citizens", "patients"), [(12, 4), (20, 4), (50, 10), (120, 40), (500, 48), (2_000, 100)]
)
def test_number_of_patients__suits_the_country(citizens: int, patients: int) -> None:
    assert patients_for(citizens) == patients


@pytest.mark.parametrize("citizens", [0, 11, 5_001])
def test_country__has_a_least_and_a_greatest_size(citizens: int, small_medicine: Medicine) -> None:
    with pytest.raises(SyntheticError, match=f"`{citizens}` citizens asked for, expected 12 to"):
        make_country(1, citizens, medicine=small_medicine)


def test_smallest_country__has_a_trio_and_four_patients(small_medicine: Medicine) -> None:
    country = make_country(1, 12, medicine=small_medicine)
    assert len(country.citizens) == 12
    assert len(country.patients) == 4
    assert country.answers[0].mode is Mode.RECESSIVE_COMPOUND
    assert country.patients[0].mother is not None


def test_patients__can_be_asked_for_by_number(small_medicine: Medicine) -> None:
    assert len(make_country(1, 30, medicine=small_medicine, patients=7).patients) == 7


def test_country__is_founded_on_the_day_that_is_given(small_medicine: Medicine) -> None:
    country = make_country(1, 12, medicine=small_medicine, today=date(2030, 2, 1))
    assert country.today == date(2030, 2, 1)
    assert all(patient.ordered_on < country.today for patient in country.patients)


def test_country__can_be_made_from_few_genes(small_medicine: Medicine) -> None:
    country = make_country(1, 12, medicine=small_medicine)
    assert {t.symbol for t in country.genome.transcripts} == set(small_medicine.profiles)


def test_citizens__are_found_by_number(country: Country) -> None:
    assert country.citizen("P-000002") is country.citizens[1]
    for number in ("P-000000", "P-999999", "nobody"):
        with pytest.raises(SyntheticError, match="no person"):
            country.citizen(number)
