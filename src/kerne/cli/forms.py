"""Options about the form that a choice was signed on; see `consent.capacity`."""

import functools
from collections.abc import Callable
from typing import Any

import click

from kerne.consent.capacity import SignedForm
from kerne.consent.events import Capacity

signed_by_option = click.option(
    "--signed-by",
    type=click.Choice([each.value for each in Capacity]),
    help="As what the form was signed, where it is recorded for the person.",
)


def form_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--document`, `--version` and `--signed-by`; the command gets them as `form`."""

    @click.option("--document", help="The signed form, where there is one.")
    @click.option("--version", "document_version", help="The wording of the form.")
    @signed_by_option
    @functools.wraps(command)
    def form_command(
        *args: Any,  # Any: the command's own arguments
        document: str | None,
        document_version: str | None,
        signed_by: str | None,
        **options: Any,  # Any: the command's own options
    ) -> None:
        command(
            *args, form=SignedForm(document, document_version, capacity_named(signed_by)), **options
        )

    return form_command


def capacity_named(signed_by: str | None) -> Capacity | None:
    """Return the capacity called so; `None` when nothing was said."""
    return None if signed_by is None else Capacity(signed_by)
