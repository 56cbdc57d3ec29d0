import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import PersonError
from kerne.people.pseudonym import KEY_BYTES, ProjectPseudonyms
from kerne.people.vault import Vault

from .conftest import number_of

KEY = bytes(range(KEY_BYTES))
numbers = st.integers(1, 10**7).map(number_of)
projects = st.text(min_size=1, max_size=12)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(projects, numbers)
def test_pseudonym__turns_back_in_its_project(project: str, person: str) -> None:
    pseudonyms = ProjectPseudonyms(KEY)
    pseudonym = pseudonyms.pseudonym(project, person)
    assert pseudonym == ProjectPseudonyms(KEY).pseudonym(project, person)
    assert pseudonyms.person(project, pseudonym) == person
    assert person.removeprefix("P-") not in pseudonym
    assert pseudonym.isalnum()


@settings(deadline=None, max_examples=60, derandomize=True)
@given(projects, projects, numbers)
def test_pseudonym__of_one_project_says_nothing_in_another(
    project: str, other: str, person: str
) -> None:
    pseudonyms = ProjectPseudonyms(KEY)
    pseudonym = pseudonyms.pseudonym(project, person)
    if other != project:
        assert pseudonym != pseudonyms.pseudonym(other, person)
        with pytest.raises(PersonError, match="is no pseudonym of project"):
            pseudonyms.person(other, pseudonym)


def test_pseudonym__two_persons_of_a_project_share_no_pseudonym() -> None:
    pseudonyms = ProjectPseudonyms(KEY)
    assert len({pseudonyms.pseudonym("a", number_of(i)) for i in range(500)}) == 500


def test_pseudonym__needs_the_same_key_to_turn_back(vault: Vault) -> None:
    pseudonym = ProjectPseudonyms(KEY).pseudonym("a", "P-000001")
    with pytest.raises(PersonError):
        ProjectPseudonyms(vault.centre_key("pseudonyms", KEY_BYTES)).person("a", pseudonym)


@pytest.mark.parametrize("text", ["", "A", "not base 32!", "æ", "P-000001", "AAAAAAAA"])
def test_pseudonym__any_other_text_is_refused(text: str) -> None:
    with pytest.raises(PersonError, match="is no pseudonym of project `a`"):
        ProjectPseudonyms(KEY).person("a", text)


def test_pseudonym__is_of_one_length_whatever_the_number() -> None:
    pseudonyms = ProjectPseudonyms(KEY)
    numbers = [f"P-{10**power:06d}" for power in range(14)]
    assert {len(pseudonyms.pseudonym("a", number)) for number in numbers} == {52}


def test_pseudonyms__stand_in_their_own_order() -> None:
    pseudonyms = ProjectPseudonyms(KEY)
    persons = [number_of(i) for i in range(200)]
    listed = pseudonyms.pseudonyms("a", persons)
    assert listed == sorted(listed)
    assert {pseudonyms.person("a", each) for each in listed} == set(persons)
    assert [pseudonyms.person("a", each) for each in listed] != persons


def test_pseudonym__of_one_project_is_made_with_a_key_of_its_own() -> None:
    key_of_a = ProjectPseudonyms(KEY)._cipher("a")
    sealed = key_of_a.encrypt(b"P-000001".ljust(16, b"\0"), [b"b"])
    assert base64.b32encode(sealed).decode().rstrip("=") != ProjectPseudonyms(KEY).pseudonym(
        "b", "P-000001"
    )


@pytest.mark.parametrize("person", ["", "P-" + "1" * 15, "P-1\0"])
def test_pseudonym__is_made_of_numbers_only(person: str) -> None:
    with pytest.raises(PersonError, match="has 1 to 16 bytes"):
        ProjectPseudonyms(KEY).pseudonym("a", person)
