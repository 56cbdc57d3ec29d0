"""Pseudonyms of persons, one for each project, that cannot be linked between projects.

A project has a key of its own, derived from the centre's (HKDF, RFC 5869), and a pseudonym is the
person's number under it by AES-SIV (RFC 5297), with the project as associated data too: the same
person has always the same pseudonym in one project, and pseudonyms of two projects share nothing.
Keys could have been one for all, told apart by the associated data alone; then whoever was given
what one project needs could turn back those of every other.

Numbers are padded to one length, so that all pseudonyms are 52 characters long, and lists of them
are given in their own order, so that a position in one says nothing of that in another.
Only who holds the key can turn one back, and one of another project does not turn back at all.
That takes two people: `custody` asks for them, not this module.

References
----------
RFC 5297, "Synthetic Initialization Vector (SIV) Authenticated Encryption Using AES".
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kerne.errors import PersonError

KEY_BYTES: Final = 64
LONGEST_NUMBER_BYTES: Final = 16
_PURPOSE: Final = b"kerne project pseudonyms 1"
_PADDING: Final = b"\0"


class ProjectPseudonyms:
    """Makes pseudonyms and turns them back.

    Parameters
    ----------
    key
        64 bytes, the centre's own (`Vault.centre_key("pseudonyms", KEY_BYTES)`).

    Examples
    --------
    >>> pseudonyms = ProjectPseudonyms(bytes(range(64)))
    >>> name = pseudonyms.pseudonym("project-1", "P-000123")
    >>> pseudonyms.person("project-1", name)
    'P-000123'
    >>> name == pseudonyms.pseudonym("project-2", "P-000123")
    False
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def pseudonym(self, project: str, person: str) -> str:
        """Return the pseudonym of `person` in `project`: 52 capital letters and digits 2 to 7.

        Raises
        ------
        PersonError
            The person's number is longer than 16 bytes, or is no number.
        """
        return self.pseudonyms(project, [person])[0]

    def pseudonyms(self, project: str, persons: Iterable[str]) -> list[str]:
        """Return the pseudonyms of `persons` in `project`, in the order of the pseudonyms.

        Raises
        ------
        PersonError
            As `pseudonym`.
        """
        cipher, bound = self._cipher(project), [project.encode()]
        sealed = (cipher.encrypt(_padded(person), bound) for person in persons)
        return sorted(base64.b32encode(each).decode().rstrip("=") for each in sealed)

    def person(self, project: str, pseudonym: str) -> str:
        """Return the number of the person behind a pseudonym of `project`.

        Raises
        ------
        PersonError
            It is no pseudonym of this project.
        """
        padding = "=" * (-len(pseudonym) % 8)
        try:
            sealed = base64.b32decode(pseudonym + padding)
            padded = self._cipher(project).decrypt(sealed, [project.encode()])
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise PersonError(f"`{pseudonym}` is no pseudonym of project `{project}`") from error
        return padded.rstrip(_PADDING).decode()

    def _cipher(self, project: str) -> AESSIV:
        derived = HKDF(SHA512(), KEY_BYTES, None, _PURPOSE + project.encode()).derive(self._key)
        return AESSIV(derived)


def _padded(person: str) -> bytes:
    number = person.encode()
    if not number or len(number) > LONGEST_NUMBER_BYTES or _PADDING in number:
        raise PersonError(
            f"a person's number has 1 to {LONGEST_NUMBER_BYTES} bytes, found `{len(number)}`"
        )
    return number.ljust(LONGEST_NUMBER_BYTES, _PADDING)
