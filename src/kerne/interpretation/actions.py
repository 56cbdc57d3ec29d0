"""What a person does to interpret without a centre: open the knowledge that is at hand."""

from pathlib import Path

from kerne.alleles.assembly import assembly_named
from kerne.interpretation.at_hand import Knowledge, open_knowledge
from kerne.knowledge.releases import KnowledgeBase


def knowledge_for(directory: Path, assembly: str) -> Knowledge:
    """Open the newest releases in a directory for an assembly; to be closed when done.

    Raises
    ------
    AssemblyError
        There is no assembly of that name.
    KnowledgeError
        A release that is needed is missing; the message says what to add.
    """
    return open_knowledge(KnowledgeBase(directory), assembly_named(assembly))
