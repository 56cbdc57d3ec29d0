from datetime import date

import numpy as np

from kerne.consent.events import ResearchLevel as ConsentLevel
from kerne.people.person import check_number
from kerne.synthetic.citizen import REGIONS, ParentKind, ResearchLevel
from kerne.synthetic.country import Country
from kerne.synthetic.family import draw_population
from kerne.synthetic.registry import OF_AGE_YEARS, _years_after, draw_choices, draw_register

TODAY = date(2026, 6, 1)


def test_numbers__are_person_numbers_in_order_and_samples_tell_nothing(country: Country) -> None:
    numbers = [citizen.number for citizen in country.citizens]
    samples = [citizen.sample for citizen in country.citizens]
    assert [check_number(number) for number in numbers] == sorted(numbers)
    assert len(set(samples)) == len(samples)
    same = [n for n, s in zip(numbers, samples, strict=True) if n[2:] == s[2:]]
    assert len(same) < 10


def test_birthdays__give_everybody_the_age_of_the_population() -> None:
    population = draw_population(np.random.default_rng(4), 400, [])
    register = draw_register(np.random.default_rng(5), population, TODAY)
    for citizen, member in zip(register.citizens, population.members, strict=True):
        assert abs(citizen.age_years(TODAY) - member.age_years) <= 1
        assert citizen.born < TODAY


def test_age__counts_birthdays() -> None:
    population = draw_population(np.random.default_rng(4), 12, [])
    register = draw_register(np.random.default_rng(5), population, TODAY)
    citizen = register.citizens[0]
    born = citizen.born
    for years in (1, 15, 40):
        birthday = _years_after(born, years)
        assert citizen.age_years(birthday) == years


def test_a_leap_day__is_kept_on_the_first_of_march() -> None:
    assert _years_after(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert _years_after(date(2008, 2, 29), 16) == date(2024, 2, 29)


def test_minors_with_parents__have_them_as_guardians_until_eighteen(country: Country) -> None:
    guarded = {guardian.child for guardian in country.register.guardians}
    social = [p for p in country.register.parents if p.kind is ParentKind.SOCIAL]
    for parent in social:
        is_minor = country.citizen(parent.child).age_years(country.today) < OF_AGE_YEARS
        assert (parent.child in guarded) == is_minor
    for guardian in country.register.guardians:
        born = country.citizen(guardian.child).born
        assert guardian.since == born
        assert guardian.until == _years_after(born, OF_AGE_YEARS)


def test_adopted_children__have_social_parents_only() -> None:
    population = draw_population(np.random.default_rng(1), 600, [])
    register = draw_register(np.random.default_rng(2), population, TODAY)
    adopted = {
        c.number for c, m in zip(register.citizens, population.members, strict=True) if m.adopted
    }
    assert adopted
    genetic = {p.child for p in register.parents if p.kind is ParentKind.GENETIC}
    social = {p.child for p in register.parents if p.kind is ParentKind.SOCIAL}
    assert adopted <= social
    assert not adopted & genetic


def test_families__share_a_region_and_a_surname(country: Country) -> None:
    by_family: dict[str, set[tuple[str, str]]] = {}
    for citizen in country.citizens:
        assert citizen.region in REGIONS
        surname = citizen.name.rsplit(" ", 1)[-1]
        by_family.setdefault(citizen.family, set()).add((citizen.region, surname))
    assert all(len(found) == 1 for found in by_family.values())


def test_choices__concern_adults_and_none_of_them_twice(country: Country) -> None:
    choices = country.choices
    refusing = [refusal.person for refusal in choices.refusals]
    everyone = [*refusing, *choices.own_treatment_only, *choices.withdrawing]
    assert len(set(everyone)) == len(everyone)
    assert refusing
    assert choices.withdrawing
    for number in everyone:
        assert country.citizen(number).age_years(country.today) >= OF_AGE_YEARS
    assert all(refusal.decided_on < country.today for refusal in choices.refusals)


def test_the_first_to_withdraw__carries_an_allele_of_the_first_patient(country: Country) -> None:
    assert country.choices.withdrawing[0] == country.answers[0].carriers[0]


def test_every_level__is_refused_by_somebody_in_a_large_country() -> None:
    population = draw_population(np.random.default_rng(1), 800, [])
    register = draw_register(np.random.default_rng(2), population, TODAY)
    choices = draw_choices(np.random.default_rng(3), register, ["P-000001"], TODAY)
    assert {refusal.level for refusal in choices.refusals} == set(ResearchLevel)
    assert choices.own_treatment_only
    assert choices.withdrawing[0] == "P-000001"
    assert len(choices.withdrawing) == 16


def test_levels__are_those_of_consent() -> None:
    assert [level.value for level in ResearchLevel] == [level.value for level in ConsentLevel]
