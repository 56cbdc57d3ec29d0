"""What the gate needs to know of an act that takes two people; `custody` keeps the proposals."""

from typing import Protocol


class ProposalRegister(Protocol):
    """Where proposals are kept."""

    def proposer(self, proposal: str) -> str | None:
        """Return the identifier of who made the open `proposal`; `None` when there is none."""
        ...


class NoProposals:
    """The register of a centre in which nothing was proposed."""

    def proposer(self, proposal: str) -> str | None:  # noqa: ARG002  there is nothing to look up
        """Return `None`: there are no proposals."""
        return None
