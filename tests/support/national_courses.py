"""A made-up national course directory in the exact format of the published one, the same for the same seed and size.

`python -m tests.support.national_courses FOLDER [--deliveries 60000] [--seed 5]` writes two dataset folders: `courses`
(format ncs-courses: runs, providers and regions) and `awards` (format funded-qualifications: the awards they lead to).
Both are marked illustrative, every name says so, and no number of theirs is in use: UKPRNs begin with
19, qualification numbers with 99. One course in 16 leads to a T Level that our own data describes (`T_LEVELS`), so that
the directory takes part in pathways. Towns and where they lie are real. The first starts lie 60 days before `DAY`, as
in the real files, so some of the runs are over.
"""

from __future__ import annotations

import argparse
import csv
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

from loaders.format import FORMATS

DAY: Final = date(2026, 11, 22)
"""The day on which the directory is taken to have been made."""

T_LEVELS: Final = {
    "6037066X": "Health",
    "6037083X": "Healthcare Science",
    "60369899": "Science",
    "61058002": "Digital Data Analytics",
    "61058014": "Digital Software Development",
    "61006920": "Maintenance, Installation and Repair",
}
RUNS_PER_COURSE: Final = 2.4
RUNS_PER_PROVIDER: Final = 43
RUNS_PER_AWARD: Final = 20

AWARDS: Final = (
    *("DateOfOfqualDataSnapshot", "QualificationName", "AwardingOrganisation", "QualificationNumber", "Level"),
    *("QualificationType", "Subcategory", "SectorSubjectArea", "Status"),
)


def _header(pattern: str) -> list[str]:
    """The names of the columns as the format's sample has them."""
    (path,) = (FORMATS / "ncs-courses/sample").glob(pattern)
    return path.read_text(encoding="utf-8-sig").partition("\n")[0].split(",")


COURSES: Final = _header("*RegionsAndVenues*.csv")
PROVIDERS: Final = _header("*Providers*.csv")
REGIONS: Final = _header("LiveRegions*.csv")

AREAS: Final = {
    "E12000001": ("North East (illustrative)", "54.770", "-1.334", "SR8 5AJ"),
    "E12000005": ("West Midlands (illustrative)", "52.557", "-2.204", "WV6 8ZA"),
    "E08000025": ("Birmingham (illustrative)", "52.484", "-1.881", "B4 7XJ"),
    "E08000030": ("Walsall (illustrative)", "52.605", "-1.968", "WS4 1HX"),
}

TOWNS: Final = """
Newcastle upon Tyne NE1 54.973 -1.613; Sunderland SR1 54.907 -1.382; Darlington DL1 54.528 -1.541; Middlesbrough
TS1 54.573 -1.240; Manchester M1 53.478 -2.237; Liverpool L1 53.402 -2.980; Preston PR1 53.758 -2.702; Blackburn
BB1 53.755 -2.466; Bolton BL1 53.589 -2.441; Oldham OL1 53.547 -2.106; Warrington WA1 53.392 -2.581; Chester CH1
53.199 -2.900; Leeds LS1 53.797 -1.553; Bradford BD1 53.797 -1.754; Hull HU1 53.743 -0.337; Sheffield S1 53.381
-1.469; Doncaster DN1 53.520 -1.119; York YO1 53.958 -1.072; Huddersfield HD1 53.647 -1.786; Wakefield WF1
53.684 -1.498; Nottingham NG1 52.955 -1.147; Derby DE1 52.919 -1.473; Leicester LE1 52.633 -1.133; Lincoln LN1
53.257 -0.586; Northampton NN1 52.242 -0.891; Birmingham B1 52.480 -1.908; Coventry CV1 52.409 -1.507;
Wolverhampton WV1 52.587 -2.118; Walsall WS1 52.582 -1.980; Dudley DY1 52.515 -2.094; Stoke-on-Trent ST1 53.025
-2.175; Worcester WR1 52.197 -2.218; Hereford HR1 52.053 -2.696; Telford TF1 52.703 -2.501; Shrewsbury SY1
52.720 -2.743; Cambridge CB1 52.185 0.167; Norwich NR1 52.629 1.309; Ipswich IP1 52.063 1.142; Peterborough PE1
52.591 -0.249; Colchester CO1 51.876 0.879; Southend-on-Sea SS1 51.539 0.724; Luton LU1 51.876 -0.425; St Albans
AL1 51.749 -0.319; Stevenage SG1 51.909 -0.198; London E1 51.516 -0.060; London N1 51.538 -0.098; London SE1
51.498 -0.090; London SW1A 51.502 -0.134; London W1A 51.519 -0.131; London NW1 51.532 -0.143; Croydon CR0 51.373
-0.079; Bromley BR1 51.411 0.019; Enfield EN1 51.653 -0.071; Ilford IG1 51.559 0.073; Romford RM1 51.580 0.182;
Oxford OX1 51.747 -1.262; Reading RG1 51.451 -0.971; Milton Keynes MK1 52.007 -0.726; Slough SL1 51.516 -0.614;
Guildford GU1 51.243 -0.570; Brighton BN1 50.837 -0.140; Rochester ME1 51.375 0.499; Canterbury CT1 51.279
1.087; Portsmouth PO1 50.799 -1.090; Southampton SO14 50.908 -1.397; Bristol BS1 51.454 -2.592; Gloucester GL1
51.856 -2.246; Bath BA1 51.389 -2.360; Exeter EX1 50.727 -3.508; Plymouth PL1 50.370 -4.147; Truro TR1 50.261
-5.053; Taunton TA1 51.016 -3.106; Bournemouth BH1 50.725 -1.863; Swindon SN1 51.556 -1.777
"""
"""Town, first half of its postcode, latitude, longitude: rounded from the National Statistics Postcode Lookup."""

SUBJECTS: Final = {
    "Health and social care": ("Health", "Healthcare Support", "Adult Care", "Clinical Skills"),
    "Science": ("Applied Science", "Laboratory Skills", "Pharmacy Science"),
    "Engineering": ("Engineering", "Electronics", "Mechanical Maintenance", "Medical Equipment Technology"),
    "ICT practitioners": ("Computing", "Data Analysis", "Cyber Security", "Software Development", "IT Support"),
    "Building and construction": ("Bricklaying", "Plumbing", "Site Carpentry"),
    "Business management": ("Business Administration", "Team Leading", "Project Management"),
    "Accounting and finance": ("Bookkeeping", "Accounting"),
    "Hospitality and catering": ("Professional Cookery", "Food Safety"),
    "Child development and well-being": ("Early Years", "Teaching Support"),
    "Foundations for learning and life": ("English", "Mathematics", "Digital Skills"),
}
SECTORS: Final = ("Digital", "Construction", "Engineering", "Logistics", "Health and social care", "Business")
SIZES: Final = {"Award": (4, 12), "Certificate": (12, 36), "Diploma": (30, 52), "Extended Diploma": (70, 104)}
LEVELS: Final = {
    "Entry Level": 8,
    "Level 1": 16,
    "Level 2": 30,
    "Level 3": 30,
    "Level 4": 9,
    "Level 5": 5,
    "Level 6": 1,
}


@dataclass(frozen=True)
class Award:
    """An award that courses lead to, and the weeks it usually takes."""

    number: str
    title: str
    body: str
    level: str
    kind: str
    area: str
    weeks: tuple[int, int]


@dataclass(frozen=True)
class Venue:
    """A place of a provider."""

    name: str
    town: str
    postcode: str
    latitude: str
    longitude: str


@dataclass(frozen=True)
class Provider:
    """Who offers courses, and where."""

    ukprn: str
    name: str
    venues: tuple[Venue, ...]


class Nation:
    """The made-up directory, row by row."""

    def __init__(self, deliveries: int = 60_000, seed: int = 5) -> None:
        self.deliveries, self.seed = deliveries, seed
        random = Random(f"awards {seed}")
        self.awards = tuple(self._award(random, n) for n in range(max(20, deliveries // RUNS_PER_AWARD)))
        random = Random(f"providers {seed}")
        self.providers = tuple(self._provider(random, n) for n in range(max(5, deliveries // RUNS_PER_PROVIDER)))

    @staticmethod
    def _award(random: Random, number: int) -> Award:
        area = random.choice(list(SUBJECTS))
        (level,) = random.choices(list(LEVELS), list(LEVELS.values()))
        size = random.choice(list(SIZES))
        body = f"Made Up Awards {random.randrange(1, 61)}"
        title = f"{body} {level} {size} in {random.choice(SUBJECTS[area])} (illustrative {number + 1})"
        return Award(
            f"{99_000_000 + number:08d}", title, body, level, "Vocationally-Related Qualification", area, SIZES[size]
        )

    @staticmethod
    def _provider(random: Random, number: int) -> Provider:
        towns = [entry.split() for entry in " ".join(TOWNS.split()).split("; ")]
        kind = random.choice(("College", "College", "Training", "Skills", "Adult Learning", "Academy"))
        venues = []
        for site in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
            *words, outcode, latitude, longitude = random.choice(towns)
            inward = (
                f"{random.randrange(10)}{random.choice('ABDEFGHJLNPQRSTUWXYZ')}{random.choice('ABDEFGHJLNPQRSTUWXYZ')}"
            )
            spread = [f"{float(at) + random.uniform(-0.03, 0.03):.5f}" for at in (latitude, longitude)]
            name = f"{' '.join(words)} {('Campus', 'Centre', 'Site', 'Hub', 'House')[site]} (illustrative)"
            venues.append(Venue(name, " ".join(words), f"{outcode} {inward}", *spread))
        name = f"{venues[0].town} {kind} {number + 1} (illustrative)"
        return Provider(f"{19_000_000 + number:08d}", name, tuple(venues))

    def runs(self) -> Iterator[dict[str, str]]:
        """The rows of the courses file."""
        random = Random(f"runs {self.seed}")
        left = self.deliveries
        while left:
            provider = random.choice(self.providers)
            course = self._course(random, provider)
            usual = self._length(random, course)
            price = self._price(random, course)
            for _ in range(min(left, max(1, round(random.expovariate(1 / RUNS_PER_COURSE))))):
                left -= 1
                yield {**dict.fromkeys(COURSES, ""), **course, **self._run(random, provider), **usual, **price}

    def _course(self, random: Random, provider: Provider) -> dict[str, str]:
        course = {"PROVIDER_UKPRN": provider.ukprn, "COURSE_ID": str(uuid.UUID(int=random.getrandbits(128), version=4))}
        if random.random() < 0.03:
            sector = random.choice(SECTORS)
            return course | {
                "COURSE_NAME": f"Skills Bootcamp in {sector} (illustrative)",
                "COURSE_TYPE": "6",
                "SECTOR": sector,
                "EDUCATION_LEVEL": random.choice("2345"),
                "AWARDING_BODY": "",
            }
        if random.random() < 1 / 16:
            number = random.choice(list(T_LEVELS))
            name = f"T Level {T_LEVELS[number]} (illustrative)"
            return course | {"LEARN_AIM_REF": number, "COURSE_NAME": name, "COURSE_TYPE": "2"}
        award = random.choice(self.awards)
        course |= {"LEARN_AIM_REF": award.number, "COURSE_NAME": award.title.partition(" in ")[2] + f", {award.level}"}
        if award.area.startswith("Foundations"):
            course["COURSE_TYPE"] = "1"
        elif random.random() < 0.06 and award.level == "Level 3":
            course["COURSE_TYPE"] = "4"
        if random.random() < 0.55:
            asked = ("No formal requirements", "GCSE English &amp; maths at grade 4", "A level 2 award", "An interview")
            course["ENTRY_REQUIREMENTS"] = random.choice(asked)
        if random.random() < 0.7:
            course["WHO_THIS_COURSE_IS_FOR"] = "Anyone who wants to work in this field.\nNothing of this exists."
        return course

    def _length(self, random: Random, course: dict[str, str]) -> dict[str, str]:
        if not course.get("LEARN_AIM_REF"):
            return {"DURATION_UNIT": "2", "DURATION_VALUE": str(random.randrange(6, 17))}
        if course["LEARN_AIM_REF"] in T_LEVELS:
            return {"DURATION_UNIT": "4", "DURATION_VALUE": "2"}
        least, most = self.awards[int(course["LEARN_AIM_REF"]) - 99_000_000].weeks
        weeks = random.randrange(least, most + 1)
        chance = random.random()
        if chance < 0.62:
            return {"DURATION_UNIT": "2", "DURATION_VALUE": str(weeks)}
        if chance < 0.74:
            return {"DURATION_UNIT": "3", "DURATION_VALUE": str(max(1, round(weeks / 4.35)))}
        if chance < 0.84 and weeks >= 30:
            return {"DURATION_UNIT": "4", "DURATION_VALUE": "1" if weeks <= 52 else "2"}
        if chance < 0.95:
            return {"DURATION_UNIT": "5", "DURATION_VALUE": str(weeks * 6)}
        return {"DURATION_UNIT": "1", "DURATION_VALUE": str(random.randrange(1, 11))}

    @staticmethod
    def _price(random: Random, course: dict[str, str]) -> dict[str, str]:
        chance = random.random()
        if course.get("COURSE_TYPE") or chance < 0.22:
            return {"COST": "0.00"}
        if chance < 0.36:
            return {"COST_DESCRIPTION": "Depends on your age and what you earn; ask the provider"}
        return {"COST": f"{random.choice((45, 95, 120, 250, 345, 480, 650, 799, 1200, 1950, 2490, 3150))}.00"}

    @staticmethod
    def _run(random: Random, provider: Provider) -> dict[str, str]:
        (mode,) = random.choices("1234", (64, 15, 8, 13))
        run = {
            "COURSE_RUN_ID": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "DELIVER_MODE": mode,
            "STUDY_MODE": random.choices("0123", (2, 25, 55, 18))[0],
            "ATTENDANCE_PATTERN": random.choices(("", "1", "2", "3", "4"), (10, 55, 22, 3, 10))[0],
            "NATIONAL": "False",
            "COURSE_URL": f"https://made-up.example/{provider.ukprn}",
            "UPDATED_DATE": (DAY - timedelta(days=random.randrange(1, 300))).strftime("%d/%m/%Y"),
        }
        run["FLEXIBLE_STARTDATE"] = "True" if random.random() < 0.14 else "False"
        if run["FLEXIBLE_STARTDATE"] == "False" and random.random() < 0.985:
            run["STARTDATE"] = (DAY + timedelta(days=int(random.triangular(-60, 420, 45)))).strftime("%d/%m/%Y")
        if mode in "14":
            venue = random.choice(provider.venues)
            run |= {
                "LOCATION_NAME": venue.name,
                "LOCATION_TOWN": venue.town,
                "LOCATION_POSTCODE": venue.postcode,
                "LOCATION_LATITUDE": venue.latitude,
                "LOCATION_LONGITUDE": venue.longitude,
                "LOCATION_TELEPHONE": "01632 960000",
                "LOCATION_EMAIL": "nobody@made-up.example",
            }
        elif mode == "2" or random.random() < 0.4:
            run["NATIONAL"] = "True"
        else:
            run["REGIONS"] = ",".join(random.sample(list(AREAS), random.randrange(1, 3)))
        return run

    def write(self, folder: Path) -> None:
        """Write both dataset folders."""
        courses, awards = folder / "courses", folder / "awards"
        day, stamp = DAY.isoformat(), DAY.strftime("%Y%m%d")
        _write(courses / f"LiveCoursesWithRegionsAndVenuesReport-{stamp}.csv", COURSES, self.runs())
        rows = ({"PROVIDER_UKPRN": one.ukprn, "PROVIDER_NAME": one.name} for one in self.providers)
        _write(courses / f"LiveCourseProvidersReport-{stamp}.csv", PROVIDERS, rows)
        areas = (dict(zip(REGIONS, (code, *said), strict=True)) for code, said in AREAS.items())
        _write(courses / f"LiveRegionsReport-{stamp}.csv", REGIONS, areas)
        approved = (self._approved(award) for award in self.awards)
        _write(awards / "approved_made-up.csv", AWARDS, approved)
        for place, format in ((courses, "ncs-courses"), (awards, "funded-qualifications")):
            said = _DESCRIPTION.format(id=f"made-up-national-{place.name}", format=format, day=day)
            (place / "dataset.yml").write_text(said, encoding="utf-8")

    @staticmethod
    def _approved(award: Award) -> dict[str, str]:
        said = (
            DAY.strftime("%d/%m/%Y"),
            award.title,
            award.body,
            award.number,
            award.level,
            award.kind,
            "",
            award.area,
        )
        return dict(zip(AWARDS, (*said, "Approved"), strict=True))


_DESCRIPTION: Final = """\
id: {id}
format: {format}
status: illustrative
title: A made-up national course directory
description: Providers, courses and awards that do not exist, as many as England has. For tests and benchmarks.
publisher: Stepway
licence: CC0-1.0
attribution: Made up by a program. Nothing in it exists.
shippable: yes
retrieved: {day}
"""


def _write(path: Path, columns: Sequence[str], rows: Iterator[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write the folders that the command line names."""
    parser = argparse.ArgumentParser(description="A made-up national course directory.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--deliveries", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    Nation(asked.deliveries, asked.seed).write(asked.folder)


if __name__ == "__main__":
    main()
