"""As what somebody decides on a person's data: for themselves, as guardian, or as representative.

Who acts over their own access, or a guardian's, says so by the purpose. Who records what was
signed (a doctor with the patient, a registrar from paper) states who signed. Pure: ages and
relations come in as arguments.
"""

from dataclasses import dataclass

from kerne.consent.events import Capacity
from kerne.errors import ConsentError
from kerne.people.asking import Purpose


@dataclass(frozen=True, slots=True)
class SignedForm:
    """The paper behind a choice that is made elsewhere and recorded here.

    Parameters
    ----------
    document, version
        Its reference and its wording; `None` where a citizen chooses here and signs nothing.
    by
        As what it was signed; `None` leaves it to the purpose, and to the person themselves where
        the purpose does not tell.
    """

    document: str | None = None
    version: str | None = None
    by: Capacity | None = None


def capacity_of(
    purpose: str, stated: Capacity | None, *, person: str, is_representative: bool
) -> Capacity:
    """Return as what a choice is made for `person` under `purpose`.

    Parameters
    ----------
    stated
        As what the form was signed, where one was.
    is_representative
        The asker is registered as representative of the person.

    Raises
    ------
    ConsentError
        What is stated contradicts the purpose.
    """
    match purpose:
        case Purpose.OWN_ACCESS:
            derived = Capacity.SELF
        case Purpose.GUARDIAN_ACCESS:
            derived = Capacity.REPRESENTATIVE if is_representative else Capacity.GUARDIAN
        case _:
            return stated or Capacity.SELF
    if stated not in {None, derived}:
        raise ConsentError(
            f"`{person}`: the purpose `{purpose}` means `{derived}`, and the form says `{stated}`"
        )
    return derived


def check_capacity(
    capacity: Capacity,
    *,
    person: str,
    age_years: int,
    age_of_consent_years: int,
    is_represented: bool,
) -> Capacity:
    """Return `capacity` if somebody may decide in it for a person of this age.

    Parameters
    ----------
    age_of_consent_years
        From this age on people decide themselves; the rule book says which.
    is_represented
        A representative is registered for the person.

    Raises
    ------
    ConsentError
        A guardian decides for somebody of age, somebody under age for themselves, or a
        representative for whom none is registered.
    """
    is_of_age = age_years >= age_of_consent_years
    if capacity is Capacity.GUARDIAN and is_of_age:
        raise ConsentError(
            f"`{person}` is `{age_of_consent_years}` years or older and decides: "
            "a guardian's signature is not accepted"
        )
    if capacity is Capacity.SELF and not is_of_age:
        raise ConsentError(
            f"`{person}` is under `{age_of_consent_years}` years: "
            "expected the signature of a guardian"
        )
    if capacity is Capacity.REPRESENTATIVE and not is_represented:
        raise ConsentError(f"`{person}` has no registered representative who could sign")
    return capacity
