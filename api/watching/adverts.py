"""The watch of adverts: on the wire, as tables and charts, and for the console."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from api.addresses import Addresses
from api.charts import Chart, bars, heat, lines
from api.console import Screen
from api.dependencies import Services
from api.designers.meant import meant
from api.faces import Faces
from api.named import behind
from api.reply import JSON
from api.schemas.adverts import (
    AdvertsAsked,
    AdvertsSaid,
    DemandAsked,
    DemandRow,
    DemandSaid,
    MatchSaid,
    OutcomeSaid,
    ProvisionSaid,
    TitleSaid,
    WaySaid,
)
from api.schemas.common import Link
from api.sheets import Cell, Sheet
from queries.coverage.model import CoverageFacts
from queries.profiles import UnknownIdError
from queries.watch.adverts import NOT_KNOWN, REPEATED_DAYS
from queries.watch.asked import By, Provision, Row, State, Taught, Title, Wanted, Watch, Way, demand, read, titles
from queries.watch.titles import Outcome, Scheme

ABOUT: Final = {
    "exact": "the title is a name of the job",
    "plain": "the title is a name of the job once both are made plain",
    "part": "one part of the title is a name of the job",
    "fuzzy": "a name of the job is like the title",
    "through-role": "the role it was matched with says its group",
    "ambiguous": "several jobs go by that name: counted for none",
    "unmatched": "no name of a job fits: counted for none",
    "all": "every way together",
}
LISTS: Final = {
    Scheme.ROLE: "our roles",
    Scheme.SOC2020: "the unit groups of SOC 2020",
    Scheme.SOC2010: "the unit groups of SOC 2010",
    Scheme.ESCO: "the occupations of ESCO",
    Scheme.ONET: "the occupations of O*NET",
}
TAUGHT: Final = {
    Taught.TAUGHT: "taught",
    Taught.PAST_ONLY: "only in the past",
    Taught.NOT_TAUGHT: "not taught by anybody we hold",
    Taught.NOT_KNOWN: NOT_KNOWN,
}
_METHOD: Final = (
    "Adverts are counted, not posts and not people, and only those that were loaded: they are no sample of all work.",
    f"The same title, employer and place within {REPEATED_DAYS} days is one advert.",
    "A match of a title with a job is inferred. Its score says how alike the texts are, never how likely it is right.",
    "Error rates are measured on 200 made-up adverts that one reader judged twice; adverts of other sectors err more.",
)
_DEMAND_METHOD: Final = (
    *_METHOD[:3],
    "A competency is counted through the role: its number is that of adverts of roles that need it. Nobody read it in"
    " the adverts, and rows by competency overlap, so they are never added up.",
    "Taught means: somebody has a run, to come or without a start, of something that by the chosen ways of knowing"
    " teaches the competency, or of a role any of its competencies. What is not known is never said to be not taught.",
)


def _links(to: Addresses | None, path: str, asked: AdvertsAsked | DemandAsked, query: str, title: str) -> list[Link]:
    if to is None:
        return []
    given = asked.model_dump(mode="json", exclude_defaults=True, exclude={"release", "format"})
    return [Link(rel="self", href=to.to(path, **given), type=JSON, title="this answer"), behind(to, query, title)]


# How adverts were matched


def adverts_faces(services: Services, asked: AdvertsAsked, to: Addresses | None) -> Faces:
    """How the adverts of a release were matched with one list of jobs."""
    watch = read(services.store)
    counted = watch.state is State.COUNTED and asked.jobs in watch.lists
    shown = titles(services.store, asked.jobs, asked.titles, asked.limit) if counted else ()
    said = AdvertsSaid(
        state=watch.state,
        adverts=watch.adverts,
        repeated=watch.repeated,
        jobs=asked.jobs,
        lists=list(watch.lists),
        quarters=list(watch.quarters),
        outcomes=_outcomes(watch, asked.jobs),
        ways=[
            _way(one)
            for one in sorted(watch.ways, key=lambda one: (list(Scheme).index(one.jobs), list(ABOUT).index(one.method)))
        ],
        titles=[_title(services, one) for one in shown],
        method=list(_METHOD),
        release=services.reference,
        links=_links(to, "/watch/adverts", asked, "adverts-by-outcome", "what titles came to"),
    )
    return Faces(said, lambda: _adverts_sheets(said), lambda: _adverts_chart(said), _adverts_finding(said))


def _outcomes(watch: Watch, scheme: Scheme) -> list[OutcomeSaid]:
    if watch.adverts is None:
        return []
    return [
        OutcomeSaid(outcome=name, about=ABOUT[name], adverts=adverts, share=round(adverts / watch.adverts, 4))
        for name, adverts in watch.outcome_counts(scheme).items()
    ]


def _way(one: Way) -> WaySaid:
    return WaySaid(
        jobs=one.jobs,
        method=one.method,
        about=ABOUT[one.method],
        sample=one.sample,
        matched=one.matched,
        right=one.right,
        precision=one.precision,
        recall=one.recall,
        error=None if one.precision is None else round(1 - one.precision, 4),
        error_at_most=one.error_at_most,
    )


def _title(services: Services, one: Title) -> TitleSaid:
    return TitleSaid(
        id=one.id,
        title=one.written,
        adverts=one.adverts,
        outcome=Outcome(one.outcome),
        matches=[
            MatchSaid(
                job=match.job,
                label=services.release.projection.labels.get(match.job, match.name),
                matched_name=match.name,
                method=match.method,
                score=match.score,
            )
            for match in one.matches
        ],
    )


def _adverts_sheets(said: AdvertsSaid) -> list[Sheet]:
    whole = (str(said.state),) if said.adverts is None else ()
    return [
        Sheet(
            "Titles",
            ("title", "adverts", "outcome", "jobs", "names that decided", "score"),
            (
                (
                    one.title,
                    one.adverts,
                    str(one.outcome),
                    " | ".join(match.job for match in one.matches),
                    " | ".join(match.matched_name for match in one.matches),
                    max((match.score for match in one.matches), default=""),
                )
                for one in said.titles
            ),
            (*whole, *said.method),
        ),
        Sheet(
            "Outcomes",
            ("outcome", "meaning", "adverts", "share"),
            ((one.outcome, one.about, one.adverts, one.share) for one in said.outcomes),
            (f"Compared with {LISTS[said.jobs]}.",),
        ),
        Sheet(
            "Error rates",
            ("list", "way", "meaning", "sample", "matched", "right", "precision", "recall", "error", "error at most"),
            (
                (
                    *(str(one.jobs), one.method, one.about, one.sample, one.matched, one.right),
                    *(one.precision, one.recall, one.error, one.error_at_most),
                )
                for one in said.ways
            ),
            ("Error at most: the upper end of the 95% interval that a sample of this size leaves.",),
        ),
    ]


def _adverts_finding(said: AdvertsSaid) -> str:
    """How many adverts there are, and what their titles came to."""
    if said.adverts is None:
        return f"{str(said.state).capitalize()}."
    shown = ", ".join(f"{one.adverts:,} {one.outcome}" for one in said.outcomes)
    return f"{said.adverts:,} adverts; what their titles came to beside {LISTS[said.jobs]}: {shown or 'not known'}."


def _adverts_chart(said: AdvertsSaid) -> Chart:
    shown = ", ".join(f"{one.outcome} {one.adverts}" for one in said.outcomes) or str(said.state)
    return bars(
        f"Titles of adverts compared with {LISTS[said.jobs]}",
        f"One bar for each thing that titles came to, with the number of adverts: {shown}.",
        [{"outcome": one.outcome, "adverts": one.adverts} for one in said.outcomes],
        category="outcome",
        value="adverts",
        subtitle="Adverts, each counted once" if said.adverts is not None else str(said.state),
    )


def show_adverts(screen: Screen, said: AdvertsSaid) -> None:
    """How adverts were matched, for people."""
    if said.adverts is None:
        screen.line(f"{str(said.state).capitalize()}.", strong=True)
    else:
        screen.line(
            f"{said.adverts:,} adverts are counted; {said.repeated:,} more are the same again. Compared with"
            f" {LISTS[said.jobs]}:",
            strong=True,
        )
        if not said.outcomes:
            screen.line("that list is not loaded.")
        screen.table(
            ("outcome", "adverts", "share", "meaning"),
            [(one.outcome, f"{one.adverts:,}", f"{one.share:.1%}", one.about) for one in said.outcomes],
        )
    screen.line()
    screen.line("How often each way is right, measured on adverts that were judged by hand:", strong=True)
    if not said.ways:
        screen.line("not known: not measured in this release, which has none of the roles that were judged.")
    else:
        _ways(screen, said)
    if said.titles:
        screen.line()
        screen.line(f"Titles that are {said.titles[0].outcome}, those with most adverts first:", strong=True)
        for one in said.titles:
            jobs = "; ".join(f"{match.label} ({match.method}, {match.score:g})" for match in one.matches)
            screen.line(f"{one.adverts:>5,}  {one.title}" + (f" → {jobs}" if jobs else ""), hang=7)
    screen.line()
    for text in said.method:
        screen.line(text)


def _ways(screen: Screen, said: AdvertsSaid) -> None:
    screen.table(
        ("list", "way", "right", "wrong", "wrong at most", "found of all"),
        [
            (
                *(str(one.jobs), one.method, f"{one.right} of {one.matched}", _share(one.error)),
                *(_share(one.error_at_most), _share(one.recall)),
            )
            for one in said.ways
        ],
        whole=(0, 1),
    )


def _share(share: float | None) -> str:
    return NOT_KNOWN if share is None else f"{share:.1%}"


# Demand


def demand_faces(services: Services, on: date, asked: DemandAsked, to: Addresses | None) -> Faces:
    """How many adverts ask for what, beside what is taught. Raises `UnknownIdError` for a role or competency."""
    asked = meant(services, asked)
    by_skill = bool(asked.competency) or By.COMPETENCY in asked.by
    beside = by_skill or (asked.provision and By.ROLE in asked.by)
    facts = services.coverage(on) if beside else CoverageFacts(on, (), {}, {}, (), (), {})  # a country's takes long
    watch = read(services.store)
    unknown = [one for one in asked.role if one not in services.release.projection.roles]
    unknown += [one for one in asked.competency if one not in facts.competencies]
    if unknown:
        raise UnknownIdError(unknown[0], services.things.suggestions(unknown[0]))
    wanted = Wanted(
        tuple(dict.fromkeys(asked.by)),
        *(tuple(some) for some in (asked.role, asked.competency, asked.district, asked.quarter, asked.method)),
    )
    rows = demand(watch, wanted, facts, asked.inference() if asked.provision and beside else None)
    matched = sum(cell.adverts for cell in watch.cells) if watch.adverts is not None else None
    said = DemandSaid(
        state=watch.state,
        on=on,
        adverts=watch.adverts,
        matched=matched,
        by=list(wanted.by),
        total=len(rows),
        rows=[_row(services, facts, one) for one in rows[: asked.limit]],
        method=list(_DEMAND_METHOD),
        release=services.reference,
        links=_links(to, "/watch/demand", asked, "demand-by-role", "demand by role from the cube"),
    )
    return Faces(said, lambda: _demand_sheets(said), lambda: _demand_chart(said), _demand_finding(said))


def _row(services: Services, facts: CoverageFacts, one: Row) -> DemandRow:
    competency = facts.competencies.get(one.competency or "")
    return DemandRow(
        role=one.role,
        role_label=services.release.projection.labels.get(one.role) if one.role else None,
        competency=one.competency,
        competency_label=competency.label if competency else None,
        district=one.district,
        quarter=one.quarter,
        adverts=one.adverts,
        adverts_alike=one.alike,
        provision=_provision(one.provision) if one.provision else None,
        adverts_per_provider=one.adverts_per_provider,
    )


def _provision(one: Provision) -> ProvisionSaid:
    return ProvisionSaid(
        taught=one.taught,
        providers=one.providers,
        past=one.past,
        placeless=one.placeless,
        needs=one.needs,
        needs_taught=one.needs_taught,
        why=one.why or None,
    )


def _demand_sheets(said: DemandSaid) -> list[Sheet]:
    whole = (str(said.state),) if said.adverts is None else ()
    if (shown := len(said.rows)) < said.total:
        whole = (*whole, f"Only the first {shown:,} of {said.total:,} rows are here: say a `limit` for more.")
    sides = [(one, label) for one in said.by for label in _SIDES[one]]
    columns = [label for _, label in sides]
    offer = ["taught", "providers", "past providers", "providers without a place", "needs", "needs taught"]
    return [
        Sheet(
            "Demand",
            (*columns, "adverts", "of them by part or likeness", *offer, "adverts per provider", "why not known"),
            (_cells(one, columns) for one in said.rows),
            (*whole, *said.method),
        )
    ]


_SIDES: Final = {
    By.ROLE: ("role", "role id"),
    By.COMPETENCY: ("competency", "competency id"),
    By.DISTRICT: ("district",),
    By.QUARTER: ("quarter",),
}


def _cells(one: DemandRow, columns: Iterable[str]) -> list[Cell]:
    sides: dict[str, Cell] = {
        "role": one.role_label,
        "role id": one.role,
        "competency": one.competency_label,
        "competency id": one.competency,
        "district": one.district,
        "quarter": one.quarter,
    }
    offer: list[Cell] = [""] * 6
    why = ""
    if (there := one.provision) is not None:
        unknown = there.taught is Taught.NOT_KNOWN
        offer = [TAUGHT[there.taught], None if unknown else there.providers, there.past, there.placeless]
        offer += ["" if there.needs is None else there.needs, "" if there.needs is None else there.needs_taught]
        why = there.why or ""
    ratio: Cell = one.adverts_per_provider
    if ratio is None and (one.competency is None or there is None):
        ratio = ""  # it does not apply
    return [*(sides[name] for name in columns), one.adverts, one.adverts_alike, *offer, ratio, why]


def _demand_finding(said: DemandSaid) -> str:
    """How many adverts are counted, and how many of them were matched."""
    if said.adverts is None:
        return f"{str(said.state).capitalize()}."
    many = f"{said.adverts:,} adverts are counted"
    return f"{many}; the titles of {said.matched:,} were matched with one of our roles (inferred)."


def _demand_chart(said: DemandSaid) -> Chart:
    """Bars; over quarters lines; by two sides a heat map of the first two."""
    first, *others = said.by
    title = f"Adverts by {' and '.join(str(one) for one in said.by[:2])}"
    about = f"{title}, of {said.adverts:,} adverts." if said.adverts is not None else f"{title}: {said.state}."
    rows = [{**{str(one): _side(row, one) for one in said.by[:2]}, "adverts": row.adverts} for row in said.rows]
    subtitle = "Adverts, each counted once; inferred from their titles" if said.adverts is not None else str(said.state)
    if By.QUARTER in said.by[:2]:
        rows.sort(key=lambda row: str(row["quarter"]))
        series = next((str(one) for one in said.by[:2] if one is not By.QUARTER), None)
        return lines(title, about, rows, x="quarter", y="adverts", series=series, subtitle=subtitle)
    if others:
        return heat(title, about, rows, x=str(others[0]), y=str(first), value="adverts", subtitle=subtitle)
    return bars(title, about, rows, category=str(first), value="adverts", subtitle=subtitle)


def _side(row: DemandRow, side: By) -> str | None:
    return {
        By.ROLE: row.role_label or row.role,
        By.COMPETENCY: row.competency_label or row.competency,
        By.DISTRICT: row.district,
        By.QUARTER: row.quarter,
    }[side]


def show_demand(screen: Screen, said: DemandSaid) -> None:
    """Demand beside provision, for people."""
    if said.adverts is None:
        screen.line(f"{str(said.state).capitalize()}.", strong=True)
        return
    screen.line(
        f"{said.adverts:,} adverts are counted; the titles of {said.matched:,} were matched with one of our roles."
        f" {len(said.rows):,} of {said.total:,} rows:",
        strong=True,
    )
    sides = [str(one) for one in said.by]
    screen.table(
        (*sides, "adverts", "alike", "taught", "providers", "needs taught"),
        [
            (
                *(_side(one, side) or NOT_KNOWN for side in said.by),
                *(f"{one.adverts:,}", f"{one.adverts_alike:,}"),
                *_offer_words(one.provision),
            )
            for one in said.rows
        ],
        whole=(len(sides), len(sides) + 1),
    )
    screen.line()
    for text in said.method:
        screen.line(text)


def _offer_words(one: ProvisionSaid | None) -> tuple[str, str, str]:
    if one is None:
        return "", "", ""
    unknown = one.taught is Taught.NOT_KNOWN
    known = "" if one.needs is None else f"{NOT_KNOWN if one.needs_taught is None else one.needs_taught} of {one.needs}"
    return TAUGHT[one.taught], NOT_KNOWN if unknown else f"{one.providers:,}", known
