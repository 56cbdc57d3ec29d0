"""ACMG/AMP criteria that the knowledge at hand allows to judge, each with its data and source.

A criterion that cannot be judged is listed as not judged, with what is absent. The national
database never meets a frequency criterion: it is a patient cohort.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30); Abou Tayoun 2018 (PVS1); ClinGen SVI
recommendations for PM2 (version 1.0, 2020) and for de novo variants (version 1.1, 2021).
"""

from kerne.interpretation.candidate import Evidence, Mode
from kerne.interpretation.classification import not_judged
from kerne.interpretation.criteria.family import judge_de_novo
from kerne.interpretation.criteria.frequency import judge_common, judge_pm2
from kerne.interpretation.criteria.location import judge_pm4
from kerne.interpretation.criteria.mechanism import judge_pvs1
from kerne.interpretation.criteria.subject import DeNovo, Sources, Subject


def judge(
    subject: Subject, sources: Sources, mode: Mode, de_novo: DeNovo | None
) -> tuple[Evidence, ...]:
    """Judge all criteria of this version for a variant under one mode of inheritance."""
    return (
        judge_pvs1(subject, sources, mode),
        judge_de_novo(de_novo),
        judge_pm2(subject.published, sources, mode),
        judge_pm4(subject, sources),
        not_judged("PP3", "no predictor of missense or splice effects is at hand"),
        judge_common(subject.published, sources, mode),
    )
