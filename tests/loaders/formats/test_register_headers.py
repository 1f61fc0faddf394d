"""The samples of registers have the headers that the publishers really use."""

import csv
import lzma
import os
from pathlib import Path

import pytest

from loaders.format import FORMATS

LARS = (
    "ApprenticeshipFunding", "AwardOrgCode", "Category", "Funding", "LearnAimRefType", "LearningDelivery",
    "LearningDeliveryCategory", "SectorSubjectAreaTier1", "SectorSubjectAreaTier2", "Standard", "Validity",
)  # fmt: skip
DFE = (
    "cah_l1", "cah_l2", "cah_l3", "degree_institutions", "degree_types", "hecos_cah_mapping", "hecos_subjects",
    "qualification_types",
)  # fmt: skip
PAIRS = {
    "funded-qualifications/sample/approved_2025-02-18.csv": "uk-funded-qualifications/approved_2025-02-18.csv.xz",
    "course-directory-providers/sample/C_PROVIDERS.csv": "uk-providers/C_PROVIDERS_2018.csv.xz",
    "onspd/sample/wm_postcodes.csv": "uk-postcodes/wm_postcodes.csv.xz",
    "onspd/sample/gb_outcodes.csv": "uk-postcodes/gb_outcodes.csv",
    "ssa/sample/sector_subject_area_tier2.csv": "uk-qualification-codes/sector_subject_area_tier2.csv",
    "boundaries/sample/wm_lads.csv": "uk-geography/wm_lads.csv",
    "boundaries/sample/ncs_regions_subregions.csv": "uk-geography/ncs_regions_subregions.csv",
    "ofqual-register/sample/Qualifications.csv": "format-headers/ofqual_qualifications.csv",
    "ofqual-register/sample/Organisations.csv": "format-headers/ofqual_organisations.csv",
    "discover-uni/sample/INSTITUTION.csv": "format-headers/discover_uni_INSTITUTION_sample.csv",
    "discover-uni/sample/KISCOURSE.csv": "format-headers/discover_uni_KISCOURSE_sample.csv",
    "discover-uni/sample/LOCATION.csv": "format-headers/discover_uni_LOCATION.csv",
    "discover-uni/sample/COURSELOCATION.csv": "format-headers/discover_uni_COURSELOCATION.csv",
    "discover-uni/sample/UCASCOURSEID.csv": "format-headers/discover_uni_UCASCOURSEID.csv",
    **{f"lars/sample/{name}.csv": f"format-headers/lars_{name}.csv" for name in LARS},
    **{f"hecos-cah/sample/{name}.csv": f"uk-dfe-reference/{name}.csv" for name in DFE},
}


def header(path: Path) -> list[str]:
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines))


@pytest.mark.shared_data
@pytest.mark.skipif("STEPWAY_SHARED" not in os.environ, reason="needs the public files")
@pytest.mark.parametrize("sample", PAIRS)
def test_a_sample_has_the_header_of_the_published_file(sample: str) -> None:
    assert header(FORMATS / sample) == header(Path(os.environ["STEPWAY_SHARED"]) / "data" / PAIRS[sample])
