from dataclasses import replace

import pytest

from kerne.synthetic.country import Country
from kerne.synthetic.founding import make_country
from kerne.synthetic.profile import Medicine, read_medicine
from kerne.synthetic.writing import CountryFiles, write_country


@pytest.fixture(scope="session")
def medicine() -> Medicine:
    return read_medicine()


@pytest.fixture(scope="session")
def small_medicine(medicine: Medicine) -> Medicine:
    """Every twelfth gene: enough for a small country, and fast."""
    genes = sorted(medicine.profiles)[::12]
    return replace(medicine, profiles={gene: medicine.profiles[gene] for gene in genes})


@pytest.fixture(scope="session")
def country(medicine: Medicine) -> Country:
    return make_country(7, 160, medicine=medicine)


@pytest.fixture(scope="session")
def files(country: Country, tmp_path_factory: pytest.TempPathFactory) -> CountryFiles:
    folder = tmp_path_factory.mktemp("kernia")
    return write_country(country, folder / "country", folder / "answers")
