from datetime import date
from itertools import pairwise

import numpy as np

from kerne.people.asking import Role
from kerne.synthetic.citizen import REGIONS, Sex
from kerne.synthetic.country import Country
from kerne.synthetic.names import invent_given_name, invent_surname
from kerne.synthetic.staff import SITE_OF_REGION, SITES, found_institutions


def test_staff__is_appointed_to_roles_that_the_gate_knows(country: Country) -> None:
    roles = {member.role for member in country.institutions.staff}
    assert roles == set(Role) - {Role.CITIZEN}


def test_staff_identifiers__are_given_once(country: Country) -> None:
    identifiers = [member.identifier for member in country.institutions.staff]
    assert len(set(identifiers)) == len(identifiers)


def test_every_region__has_doctors_and_a_geneticist(country: Country) -> None:
    for region in REGIONS:
        assert len(country.institutions.working_as("doctor", region)) == 3
        assert len(country.institutions.working_as("geneticist", region)) == 1
    assert len(country.institutions.working_as("custodian")) == 2
    assert country.institutions.working_as("astrologer") == ()


def test_two_sites__serve_all_regions_between_them(country: Country) -> None:
    sites = country.institutions.sites
    assert [site.name for site in sites] == list(SITES)
    assert sorted(region for site in sites for region in site.regions) == sorted(REGIONS)
    assert {SITE_OF_REGION[region] for region in REGIONS} == set(SITES)
    for site in sites:
        assert site.organisation in {m.organisation for m in country.institutions.staff}


def test_projects__one_runs_and_one_has_expired() -> None:
    today = date(2026, 6, 1)
    institutions = found_institutions(np.random.default_rng(1), today)
    running = [p.active_from <= today <= p.expires for p in institutions.projects]
    assert running == [True, False]
    users = {user for project in institutions.projects for user in project.users}
    assert users <= {member.identifier for member in institutions.working_as("researcher")}


def test_referrals__go_through_the_patients_own_hospital_and_site(country: Country) -> None:
    staff = {member.identifier: member for member in country.institutions.staff}
    for patient in country.patients:
        region = country.citizen(patient.person).region
        assert staff[patient.ordered_by].organisation == patient.hospital
        assert staff[patient.ordered_by].region == region
        assert staff[patient.geneticist].role == "geneticist"
        assert patient.site == SITE_OF_REGION[region]
        assert patient.ordered_on < country.today
        assert patient.clinical_question.startswith("Is there a genetic cause of ")


def test_names__are_set_together_from_syllables() -> None:
    rng = np.random.default_rng(1)
    given = {invent_given_name(rng, sex) for sex in Sex for _ in range(200)}
    assert len(given) > 100
    assert len({invent_surname(rng) for _ in range(300)}) > 50
    assert all(name[0].isupper() for name in given)
    assert any(left != right for left, right in pairwise(sorted(given)))
