"""Pseudonyms of persons, one for each project, that cannot be linked between projects.

AES-SIV (RFC 5297) with the project as associated data: the same person has always the same
pseudonym in one project, and pseudonyms of two projects share nothing. Only who holds the key
can turn one back, and a pseudonym of another project does not turn back at all.

References
----------
RFC 5297, "Synthetic Initialization Vector (SIV) Authenticated Encryption Using AES".
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from kerne.errors import PersonError

KEY_BYTES = 64


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
        self._cipher = AESSIV(key)

    def pseudonym(self, project: str, person: str) -> str:
        """Return the pseudonym of `person` in `project`: capital letters and digits 2 to 7."""
        sealed = self._cipher.encrypt(person.encode(), [project.encode()])
        return base64.b32encode(sealed).decode().rstrip("=")

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
            return self._cipher.decrypt(sealed, [project.encode()]).decode()
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise PersonError(f"`{pseudonym}` is no pseudonym of project `{project}`") from error
