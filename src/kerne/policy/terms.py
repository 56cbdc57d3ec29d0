"""What a rule book says that is no rule of yes or no: ages, retention, and which right prevails."""

import tomllib
from dataclasses import dataclass

from cattrs import Converter
from cattrs.errors import BaseValidationError

from kerne.errors import PolicyError

_CONVERTER = Converter(forbid_extra_keys=True)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long an entry of the medical record is kept, by which law, and where to appeal."""

    years: int
    law: str
    appeal_en: str
    appeal_da: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """The opt-out from secondary use beside the country's own rights, and what it touches.

    References
    ----------
    Regulation (EU) 2025/327 (EHDS) art. 71.
    """

    law: str
    prevails_en: str
    prevails_da: str
    touches_running_permits: bool
    touches_cuts: bool
    touches_finished_analyses: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one country.

    Parameters
    ----------
    country
        Its name.
    holidays
        ISO 3166 code of whose public holidays the working-day clock knows.
    own_choices_from_years
        From this age a person makes their own choices, and guardians' access has ended.
    of_age_years
        From this age a person is an adult.
    """

    country: str
    holidays: str
    own_choices_from_years: int
    of_age_years: int
    retention: Retention
    ehds_opt_out: OptOut


def read_terms(text: str) -> Terms:
    """Read the terms in `text`, which is TOML.

    Raises
    ------
    PolicyError
        It is not TOML, lacks a term or has one of another name or type.
    """
    try:
        return _CONVERTER.structure(tomllib.loads(text), Terms)
    except (tomllib.TOMLDecodeError, BaseValidationError) as error:
        raise PolicyError(f"the terms of a rule book cannot be read: {error}") from error
