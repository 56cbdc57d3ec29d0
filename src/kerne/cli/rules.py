"""`kerne rules`: the law as a page that a lawyer can read."""

from pathlib import Path

import click

from kerne.cli.options import STDOUT, write_text


@click.command()
@click.argument("country", default="denmark")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=STDOUT)
def rules(country: str, *, output: Path) -> None:
    """Print every rule of COUNTRY in plain English and Danish beside its text."""
    from kerne.policy.page import rule_page  # noqa: PLC0415  `kerne --help` need not load the law
    from kerne.policy.rulebook import RuleBook  # noqa: PLC0415

    write_text(output, rule_page(RuleBook.load(country)))
