"""`stepway pathway`, `eligibility`, `funding`, `prior-learning` and `solve`: questions about a person."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from api import console, pathway_faces, people, questions, solving, things
from api import eligibility as person
from api.commands.shared import (
    DATA_ERRORS,
    AsJson,
    DataDir,
    ReleaseNumber,
    plainly,
    print_json,
    services_of,
)
from api.console import Screen
from api.errors import Problem
from api.negotiate import JSON_FORMAT, Format
from api.schemas.eligibility import EligibilityQuestion, FundingAsked, PriorLearningQuestion
from api.schemas.pathways import PathwayQuestionBody
from api.schemas.person import AwardHeld
from queries.pathways.engine.interchange import axes_from, write_instance
from queries.pathways.engine.problem import Criterion, Limits, ProblemRefused
from queries.pathways.service import PathwayService

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

ProfileFile = Annotated[
    Path | None,
    typer.Option(
        "--profile", help="What is known of the person, as YAML or JSON (docs/api.md). Options go before the file."
    ),
]
Circumstances = Annotated[
    list[str] | None,
    typer.Option("--attribute", help="A fact about the person: name:value, such as age:34. Repeatable."),
]
OnDay = Annotated[str | None, typer.Option("--on", help="Day of the question.  [default: today]")]


def _known_face(format: str, vocabulary: str) -> Format:
    """The format of an answer. Raises `Problem`."""
    offered = pathway_faces.FORMATS.get(vocabulary)
    if offered is None:
        hint = f"Choose one of {', '.join(pathway_faces.FORMATS)}."
        raise Problem("invalid-request", f"There is no vocabulary {vocabulary}.", hint=hint)
    found = next((one for one in offered if one.name == format), None)
    if found is None:
        hint = f"Say --format with one of {', '.join(one.name for one in offered)}."
        raise Problem("invalid-request", f"{vocabulary} is not written as {format}.", hint=hint)
    return found


def _known_axes(given: str | None) -> str | None:
    try:
        return given if given is None or axes_from(given) else None
    except ProblemRefused as error:
        raise typer.BadParameter(error.hint) from None


@app.command()
@plainly
def pathway(
    starts: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            "--holds",
            help="Held, completed or worked as: an id or words; also level:3, or Q-…:60 for credits. Repeatable.",
        ),
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="A role or an award: an id or words. Repeatable: any of them.")
    ] = None,
    to_level: Annotated[
        int | None, typer.Option("--to-level", help="Any role of the sector at this level, 1 to 8.")
    ] = None,
    sector: Annotated[str | None, typer.Option(help="Sector of --to-level.  [default: healthtech]")] = None,
    by: Annotated[Criterion, typer.Option(help="What to have least of.")] = Criterion.WEEKS,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", help="A fact about the person: name:value, such as age:34. Repeatable."),
    ] = None,
    profile: ProfileFile = None,
    trade_off: Annotated[
        list[Criterion] | None,
        typer.Option(help="Also every best compromise between these. Repeatable: two or three."),
    ] = None,
    hours_per_week: Annotated[int | None, typer.Option(help="Most hours a week.  [default: 40]")] = None,
    within_weeks: Annotated[int, typer.Option(help="Weeks within which to be there.")] = 520,
    arrive_by: Annotated[str | None, typer.Option(help="Day by which to be there, such as 2028-07-31.")] = None,
    depart_after: Annotated[str | None, typer.Option(help="Day before which nothing starts.")] = None,
    via: Annotated[
        list[str] | None, typer.Option(help="Pass through this: id or words; OC-…:52 for 52 weeks. Repeatable: all.")
    ] = None,
    avoid: Annotated[
        list[str] | None, typer.Option(help="Leave this out: a thing, provider or step, by id or words. Repeatable.")
    ] = None,
    mode: Annotated[
        list[str] | None, typer.Option(help="Only study of this mode, such as part-time or online. Repeatable: any.")
    ] = None,
    attendance: Annotated[
        list[str] | None, typer.Option(help="Only study attended so, such as evening. Repeatable: any of them.")
    ] = None,
    provider: Annotated[list[str] | None, typer.Option(help="Only with this provider. Repeatable: any.")] = None,
    near: Annotated[
        str | None, typer.Option(help="Only what is not known to be taught far from here: a town or postcode.")
    ] = None,
    km: Annotated[int | None, typer.Option(help="With --near: how far, in a straight line.  [default: 20]")] = None,
    budget: Annotated[int | None, typer.Option(help="Most pounds in all; steps of unknown price are left out.")] = None,
    unpriced: Annotated[
        bool, typer.Option("--unpriced", help="Under a budget: let in steps of which the price is not known.")
    ] = False,
    travel_limit: Annotated[
        int | None, typer.Option(help="Most hours of travel: refused as long as no release knows them.")
    ] = None,
    jobs_as_steps: Annotated[
        bool, typer.Option("--jobs-as-steps/--no-jobs-as-steps", help="Whether a job may be a step on the way.")
    ] = True,
    published_only: Annotated[
        bool, typer.Option("--published-only", help="Leave out what rests on our inference.")
    ] = False,
    without_employer: Annotated[
        bool,
        typer.Option("--without-employer", help="Leave out steps that need an employer, but for work at the goal."),
    ] = False,
    confirmed_only: Annotated[
        bool, typer.Option("--confirmed-only", help="Leave out steps of which it cannot be told whether they are open.")
    ] = False,
    profile_required: Annotated[
        bool, typer.Option("--profile-required", help="Treat the usual profile as a bar.")
    ] = False,
    alternatives: Annotated[int, typer.Option(help="Most pathways to show.")] = 3,
    tolerance: Annotated[
        int,
        typer.Option(help="By how many percent one may be worse that is shown because it is much better otherwise."),
    ] = 10,
    on: Annotated[str | None, typer.Option(help="Day of the question, such as 2026-11-21.  [default: today]")] = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the question here too, as pathway-instance/1 (.json or .json.gz): see stepway solve."),
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="Print the answer as jsonld, turtle or ntriples; json is the same as --json.")
    ] = None,
    vocabulary: Annotated[
        str,
        typer.Option(help="Vocabulary of jsonld, turtle and ntriples: stepway, or ctdl of the Credential Registry."),
    ] = "stepway",
    stop_after: Annotated[
        int | None, typer.Option(min=1, help="Instead: how to go on for who stops after this step; see --weeks-away.")
    ] = None,
    weeks_away: Annotated[
        int, typer.Option(min=1, max=520, help="With --stop-after: weeks after its end in which they come back.")
    ] = 26,
    number: Annotated[int, typer.Option(min=1, help="With --stop-after: of which pathway of the answer.")] = 1,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask for pathways from what somebody brings to a role, an award, or any role at a level."""
    given = {
        "from": starts, "to": to, "to_level": to_level, "sector": sector, "by": by, "attribute": attribute,
        "hours_per_week": hours_per_week, "within_weeks": within_weeks, "published_only": published_only,
        "without_employer": without_employer, "profile_required": profile_required, "alternatives": alternatives,
        "tolerance": tolerance,
        "confirmed_only": confirmed_only,
        "arrive_by": arrive_by, "depart_after": depart_after, "via": via, "avoid": avoid, "mode": mode,
        "attendance": attendance, "provider": provider, "budget": budget, "unpriced": unpriced,
        "trade_off": trade_off, "near": near, "km": km,
        "travel_limit": travel_limit, "jobs_as_steps": jobs_as_steps, "on": on,
        "release": release,
    }  # fmt: skip
    face = _known_face(format or "json", vocabulary)
    known = people.profile_of(profile)
    said = {name: value for name, value in given.items() if value is not None}
    question = PathwayQuestionBody.model_validate({**said, "profile": known})
    services, holder, settings = services_of(data_dir, release)
    asked, understood = people.request(
        questions.Understanding(services, holder), question, known, questions.today(), root=""
    )
    if export is not None:
        write_instance(export, questions.instance(services.pathways, asked))
    pathways = PathwayService(services.release.projection, services.reference)
    if stop_after is not None:
        stop = (number, stop_after, weeks_away)
        body = questions.way_back(pathways, asked, understood, settings.question_limits, stop)
        back = questions.WAY_BACK.validate_json(body)
        if back is None:
            raise Problem("not-found", f"The answer has no pathway {number} with a step {stop_after}.")
        if as_json or format == "json":
            print_json(json.loads(body))
        else:
            console.way_back(Screen(), back)
        return
    body = questions.answer(pathways, asked, understood, settings.question_limits, not_used=people.not_used(known))
    if face is not JSON_FORMAT:
        sys.stdout.write(pathway_faces.written(body, services, face, vocabulary).decode())
    elif as_json or format:
        print_json(json.loads(body))
    else:
        console.pathways(Screen(), questions.REPLY.validate_json(body), lambda id: services.things.get_named(id).label)


@app.command()
@plainly
def eligibility(
    against: Annotated[
        list[str],
        typer.Argument(metavar="AGAINST...", help="Schemes by id; steps, courses, awards or units by id or words."),
    ],
    profile: ProfileFile = None,
    attribute: Circumstances = None,
    opportunity: Annotated[
        list[str] | None,
        typer.Option(help="A fact about what is to be started: name:value, such as credits:15. Repeatable."),
    ] = None,
    starts: Annotated[str | None, typer.Option(help="Day on which it starts.")] = None,
    on: OnDay = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether a person may start something, and who pays: likely yes, likely no, or whom to ask what."""
    facts = people.facts_told(opportunity or ())
    question = EligibilityQuestion.model_validate(
        {
            "against": against,
            "profile": people.profile_of(profile, attribute or ()),
            "opportunity": {name.replace("-", "_"): value for name, value in facts.items()},
            "starts": starts,
            "on": on,
            "release": release,
        }
    )
    services, holder, _ = services_of(data_dir, release)
    found = person.reply(questions.Understanding(services, holder), question, questions.today())
    if as_json:
        print_json(json.loads(person.ELIGIBILITY.dump_json(found)))
    else:
        console.eligibility(Screen(), found)


@app.command()
@plainly
def funding(
    scheme: Annotated[
        str | None, typer.Argument(metavar="SCHEME", help="Id of a scheme.  [default: list them all]")
    ] = None,
    on: OnDay = None,
    as_json: AsJson = False,
) -> None:
    """List the schemes, or show one: its rules in words, their dates and sources, and when they are due for review."""
    day = FundingAsked.model_validate({"on": on}).on or questions.today()
    if scheme is None:
        listed = person.schemes(day, things.HERE)
        if as_json:
            print_json(json.loads(person.SCHEMES.dump_json(listed)))
        else:
            console.schemes(Screen(), listed)
        return
    found = person.scheme(scheme, day, things.HERE)
    if as_json:
        print_json(json.loads(person.SCHEME.dump_json(found)))
    else:
        console.scheme(Screen(), found)


@app.command("prior-learning")
@plainly
def prior_learning(
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="An award or a course to join, or a role to train for: id or words. Repeatable."),
    ] = None,
    profile: ProfileFile = None,
    attribute: Circumstances = None,
    holds: Annotated[
        list[str] | None, typer.Option("--holds", help="An award held; Q-…:60 for credits of it. Repeatable.")
    ] = None,
    published_only: Annotated[
        bool, typer.Option("--published-only", help="Leave out what rests on our inference.")
    ] = False,
    on: OnDay = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what prior learning may count for: the latest way in, the worksheet of claims, the nearest awards."""
    said = people.profile_of(profile, attribute or ())
    if holds:
        awards = [*(said.awards or ()), *(AwardHeld(award=one) for one in holds)]
        said = said.model_copy(update={"awards": awards})
    question = PriorLearningQuestion.model_validate(
        {"profile": said, "to": to or [], "published_only": published_only, "on": on, "release": release}
    )
    services, holder, _ = services_of(data_dir, release)
    asked = people.prior_learning(questions.Understanding(services, holder), question, questions.today())
    body = people.prior_learning_answer(services.pathways, asked)
    if as_json:
        print_json(json.loads(body))
    else:
        console.prior_learning(Screen(), people.PRIOR_LEARNING.validate_json(body))


@app.command()
@plainly
def solve(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Instances (.json, .json.gz), or folders.")],
    pareto: Annotated[
        str | None,
        typer.Option(help="Also every best trade-off by these, such as finish,cost,steps.", callback=_known_axes),
    ] = None,
    within: Annotated[
        float | None, typer.Option(min=1.0, help="Trade-offs that finish within so many times the earliest finish.")
    ] = None,
    pddl: Annotated[
        Path | None, typer.Option(help="Write the questions here as PDDL, without dates, instead of answering.")
    ] = None,
    seconds: Annotated[bool, typer.Option(help="Say how many processor seconds each answer took.")] = True,
    as_json: AsJson = False,
) -> None:
    """Answer questions from files of the neutral format pathway-instance/1, each by every criterion.

    Ends with 1 when a file could not be answered; the others still are.
    """
    failed = False
    answers: dict[str, Any] = {}

    def refused(path: Path, error: ProblemRefused) -> None:
        nonlocal failed
        failed = True
        said = solving.in_words(error)
        answers[str(path)] = {"reachable": None, "problem": {"code": error.code, "text": said}}
        Screen(sys.stderr).line(f"{path}: {said}")

    axes = axes_from(pareto) if pareto is not None else ()
    for path, question in solving.questions(files, refused):
        try:
            if pddl is not None:
                Screen().line(str(solving.write_pddl(question, pddl)))
                continue
            asked = replace(question, axes=axes) if axes else question
            answers[question.name] = solving.answer(asked, Limits(), seconds=seconds, within=within)
        except ProblemRefused as error:
            refused(path, error)
            continue
        if not as_json:
            Screen().line(solving.in_a_line(question.name, answers[question.name]))
    if as_json and (pddl is None or failed):
        print_json(answers)
    if failed:
        raise typer.Exit(DATA_ERRORS)
