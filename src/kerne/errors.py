"""Every error that Kerne raises on purpose, as one tree.

KerneError                       4  what was given cannot be used
├── SettingsError                2
├── InputFileError               4  a file, with the line and what was expected there
├── AlleleError                  4
│   └── AssemblyError            4  wrong assembly, unknown contig, position past its end
├── KnowledgeError               4
├── PhenotypeError               4
├── InterpretationError          4
├── LedgerError                  4
│   └── StaleVersionError        6  somebody else changed the same thing first
├── PersonError                  4
│   └── VaultError               5  a key is missing, destroyed or does not fit
├── ConsentError                 4
├── PolicyError                  5  the rules cannot be loaded
├── AuditError                   5  the record cannot be written or does not verify
│   └── SecondLogError           5  the log for when the audit fails cannot be merged
├── GateError                    5  a reader was called without a valid grant
├── GenomeError                  4
│   └── DamagedStoreError        5
├── OrderError                   4
├── CaseError                    4
├── ResearchError                4
├── CustodyError                 4  a proposal cannot be made or carried out
│   └── BackupError              5  a backup cannot be made, or is not what it says it is
├── SyntheticError               4
└── RefusedError                 3  a refusal that has reached a door

The number is the exit code of the command line. 0 is success, 1 an unexpected fault (logged under
a reference number), 2 wrong usage, 130 an interrupt.
"""

from pathlib import Path
from typing import ClassVar


class KerneError(Exception):
    """Something given to Kerne cannot be used; the message is meant for a person."""

    exit_code: ClassVar[int] = 4


class SettingsError(KerneError):
    """A setting is missing or has a value that is not allowed."""

    exit_code = 2


class InputFileError(KerneError):
    """A file does not hold what was expected.

    Parameters
    ----------
    path
        The file.
    problem
        What was found and what was expected, lower case, values in backticks.
    line
        1-based line (or record) number; `None` when the file as a whole is at fault.
    """

    def __init__(self, path: Path, problem: str, line: int | None = None) -> None:
        self.path = path
        self.problem = problem
        self.line = line
        where = f"`{path}`" if line is None else f"`{path}`, line {line}"
        super().__init__(f"{where}: {problem}")


class AlleleError(KerneError):
    """An allele, position or name of one is malformed."""


class AssemblyError(AlleleError):
    """Coordinates do not belong to the assembly that was named."""


class KnowledgeError(KerneError):
    """A release of reference data is missing, damaged or of an unknown kind."""


class PhenotypeError(KerneError):
    """A phenotype term is unknown or a phenotype cannot be used."""


class InterpretationError(KerneError):
    """A genome cannot be interpreted as asked."""


class LedgerError(KerneError):
    """A history cannot be read or appended to."""


class StaleVersionError(LedgerError):
    """The history moved on between reading and appending."""

    exit_code = 6


class PersonError(KerneError):
    """A person, identity or relation is unknown or malformed."""


class VaultError(PersonError):
    """A key is missing or was destroyed, or what it sealed has been changed."""

    exit_code = 5


class ConsentError(KerneError):
    """A choice cannot be made as asked."""


class PolicyError(KerneError):
    """The rule book cannot be loaded or does not match its schema."""

    exit_code = 5


class AuditError(KerneError):
    """The audit cannot be written, or does not verify."""

    exit_code = 5


class SecondLogError(AuditError):
    """The second log cannot be read, or is not as it was written: it is not merged."""


class GateError(KerneError):
    """Personal data were asked for without a grant that covers them."""

    exit_code = 5


class GenomeError(KerneError):
    """A genome cannot be added, found or read."""


class DamagedStoreError(GenomeError):
    """A file of the genome store is missing or fails its checksum."""

    exit_code = 5


class OrderError(KerneError):
    """An order or sample is not in a state that allows this step."""


class CaseError(KerneError):
    """A case is not in a state that allows this step."""


class ResearchError(KerneError):
    """A permit, question or output is unknown or not in a state that allows this step."""


class CustodyError(KerneError):
    """An act of two custodians cannot be proposed or carried out."""


class BackupError(CustodyError):
    """A backup cannot be made, is damaged, or cannot be restored."""

    exit_code = 5


class SyntheticError(KerneError):
    """The synthetic country cannot be made with these parameters."""


class RefusedError(KerneError):
    """A refusal that has reached a door; the message holds its reasons in words."""

    exit_code = 3


def reason_of(error: OSError) -> str:
    """Say in words, in lower case, why the operating system refused."""
    return (error.strerror or "unknown fault").lower()
