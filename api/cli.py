"""The console: build a release, serve it, and ask it.

Exit codes: 0 it worked (a pathway answer of any outcome is an answer); 1 the data has errors and nothing was
published; 2 the command was written wrongly; 3 there is no release, or not that one; 4 a thing was not found, or words
can mean several; 70 a fault of ours.
"""

import json
import logging
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api import console, named, pathway_faces, people, questions, solving, things, told
from api import contradictions as differing
from api import eligibility as person
from api import incomplete as missing
from api.commands.atlas import atlas_app
from api.commands.change import change_app
from api.commands.coverage import coverage_app
from api.commands.curriculum import curriculum_app
from api.commands.sandbox import sandbox_app
from api.commands.shared import (
    AsJson,
    DataDir,
    ReleaseNumber,
    plainly,
    print_json,
    progress_of,
    services_of,
    settings_of,
)
from api.commands.standard import standard_app
from api.commands.watch import watch_app
from api.console import Screen
from api.dependencies import ReleaseHolder
from api.derived import DERIVE
from api.differences import Differences
from api.errors import CATALOGUE, Problem, UnknownReleaseError
from api.negotiate import JSON_FORMAT, Format
from api.reply import SOFTWARE
from api.schemas.contradictions import ContradictionsAsked
from api.schemas.eligibility import EligibilityQuestion, FundingAsked, PriorLearningQuestion
from api.schemas.pathways import PathwayQuestionBody
from api.schemas.person import AwardHeld
from api.schemas.releases import DiffAsked
from api.schemas.service import IssuesSaid
from api.settings import Settings
from graph.build import FAILED, BuildResult
from graph.dumps import FORMATS, write_dump
from graph.issues import Issue, Severity, count_by_severity, read_issues
from graph.release import NoReleaseError, Release
from loaders.publish import SHIPPED, build_release, rebuild_release
from queries.catalogue import BY_CLASS, get_query
from queries.find import PUBLISHED
from queries.pathways.engine.interchange import axes_from, write_instance
from queries.pathways.engine.problem import Criterion, Limits, ProblemRefused
from queries.pathways.engine.warm import warm
from queries.pathways.request import counted
from queries.profiles import UnknownIdError

if TYPE_CHECKING:
    from uvicorn import Config

DATA_ERRORS: Final = 1
ISSUES_SHOWN: Final = 50

app = typer.Typer(
    name="stepway",
    help="Honest pathways to a better job: build the knowledge graph, serve it, and ask it.",
    epilog="Exit codes: 0 it worked; 1 errors in the data; 2 written wrongly; 3 no release; 4 not found; 70 our fault.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ProfileFile = Annotated[
    Path | None,
    typer.Option(
        "--profile", help="What is known of the person, as YAML or JSON (docs/api.md). Options go before the file."
    ),
]


def _known_kinds(given: list[str] | None) -> list[str]:
    for kind in given or ():
        if kind not in BY_CLASS and kind not in PUBLISHED:
            raise typer.BadParameter(f"{kind} is not one of {', '.join(sorted((*BY_CLASS, *PUBLISHED)))}")
    return given or []


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
def build(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Dataset folders.  [default: those that are shipped]")
    ] = None,
    illustrative: Annotated[
        bool, typer.Option("--illustrative", help="Load made-up rows too; all that rests on them says so.")
    ] = False,
    publication: Annotated[
        bool, typer.Option("--publication", help="Refuse data whose licence does not let it be passed on.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Build dataset folders into a release, check it and serve it from now on.

    An error in the data publishes nothing: the last release goes on being served. Ends with 0 when a release was
    published or nothing has changed, with 1 when errors in the data stopped it.
    """
    settings = settings_of(data_dir=data_dir)
    chosen = tuple(folders or ()) or SHIPPED
    if not chosen:
        raise Problem("invalid-request", "No dataset is shipped with this installation.", hint="Name a folder.")
    with progress_of(quiet=as_json) as progress:
        result = build_release(
            chosen,
            settings.data_dir,
            include_illustrative=illustrative,
            publication=publication,
            progress=progress,
            derive=DERIVE,
        )
        if result.release is not None:
            progress("make the search ready")
            warm()
    holder = ReleaseHolder(settings.data_dir)
    if as_json:
        said = told.release(result.release.manifest, holder.releases.current_number()) if result.release else None
        print_json(
            {
                "published": result.release is not None and not result.unchanged,
                "unchanged": result.unchanged,
                "release": said.model_dump(mode="json") if said else None,
                "serving": holder.releases.current_number(),
                "issues": [told.issue(one).model_dump(mode="json") for one in result.issues],
            }
        )
    else:
        _tell_build(Screen(), result, holder)
    if result.release is None:
        raise typer.Exit(DATA_ERRORS)


def _tell_build(screen: Screen, result: BuildResult, holder: ReleaseHolder) -> None:
    counts = count_by_severity(result.issues)
    found = ", ".join(counted(counts[severity], severity.value) for severity in Severity)
    if result.release is None:
        errors = [one for one in result.issues if one.severity is Severity.ERROR]
        for one in errors[:ISSUES_SHOWN]:
            console.issue(screen, told.issue(one))
        if len(errors) > ISSUES_SHOWN:
            screen.line(f"and {len(errors) - ISSUES_SHOWN} more errors")
        screen.line()
        current = holder.releases.current_number()
        still = f"Release {current} goes on being served." if current else "There is no earlier release."
        screen.line(f"Nothing was published: {found}. {still} All issues: {holder.releases.folder / FAILED}")
        return
    manifest = result.release.manifest
    for dataset in manifest.datasets:
        screen.line(f"{dataset['title']} ({dataset['id']})", strong=True)
        rows = [
            (table, *(f"{counted[name]:,}" for name in ("read", "mapped", "withheld", "refused")))
            for table, counted in sorted(dataset["rows"].items())
        ]
        screen.table(("Table", "Rows read", "Loaded", "Held back", "Refused"), rows, whole=range(5))
        screen.line()
    said = "Nothing has changed since" if result.unchanged else "Published"
    illustrative = " It holds made-up (illustrative) rows." if manifest.illustrative else ""
    screen.line(f"{said} release {manifest.number}: {manifest.quads:,} statements; {found}.{illustrative}")
    if result.issues:
        screen.line("See what is doubtful with: stepway issues")


@app.command()
@plainly
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.  [default: STEPWAY_HOST, or 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to listen on.  [default: STEPWAY_PORT, or 8000]")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the current release over HTTP. A release that is built meanwhile is served without a restart."""
    from uvicorn import Server  # noqa: PLC0415 -- no other command needs a server

    from api.app import create_app  # noqa: PLC0415

    settings = settings_of(host=host, port=port, data_dir=data_dir)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    application = create_app(settings)
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        detail = f"Cannot listen on {settings.host} port {settings.port}: {error.strerror or error}."
        raise Problem("invalid-request", detail, hint="Choose another with --host or --port.") from error
    screen = Screen(sys.stderr)
    screen.line(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl-C)")
    if ReleaseHolder(settings.data_dir).releases.current_number() is None:
        screen.line("No release has been built yet: run stepway build. It is then served without a restart.")
    with suppress(KeyboardInterrupt):
        Server(server_config(application, settings)).run(sockets=[listening])


def server_config(application: Any, settings: Settings) -> "Config":
    """How the application is served."""
    from uvicorn import Config  # noqa: PLC0415 -- no other command needs a server

    return Config(
        application,
        http="h11",  # it bounds the size of headers; httptools does not
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        forwarded_allow_ips=settings.trusted_proxies,
    )


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Replies go out at once: small ones would otherwise wait for the reader's system."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.create_server((host, port), family=family)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


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
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask for pathways from what somebody brings to a role, an award, or any role at a level."""
    given = {
        "from": starts, "to": to, "to_level": to_level, "sector": sector, "by": by, "attribute": attribute,
        "hours_per_week": hours_per_week, "within_weeks": within_weeks, "published_only": published_only,
        "without_employer": without_employer, "profile_required": profile_required, "alternatives": alternatives,
        "confirmed_only": confirmed_only,
        "arrive_by": arrive_by, "depart_after": depart_after, "via": via, "avoid": avoid, "mode": mode,
        "attendance": attendance, "provider": provider, "budget": budget, "unpriced": unpriced,
        "trade_off": trade_off, "travel_limit": travel_limit, "jobs_as_steps": jobs_as_steps, "on": on,
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
    body = questions.answer(
        services.pathways, asked, understood, settings.question_limits, not_used=people.not_used(known)
    )
    if face is not JSON_FORMAT:
        sys.stdout.write(pathway_faces.written(body, services, face, vocabulary).decode())
    elif as_json or format:
        print_json(json.loads(body))
    else:
        console.pathways(Screen(), questions.REPLY.validate_json(body), lambda id: services.things.get_named(id).label)


Circumstances = Annotated[
    list[str] | None,
    typer.Option("--attribute", help="A fact about the person: name:value, such as age:34. Repeatable."),
]
OnDay = Annotated[str | None, typer.Option("--on", help="Day of the question.  [default: today]")]


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


@app.command()
@plainly
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of anything, such as OC-HCSASSOC.")],
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one thing: every statement with how sure it is and where it comes from, and what points to it."""
    services, holder, settings = services_of(data_dir, release)
    try:
        collection = things.collection_of(services, id)
    except UnknownIdError as error:
        raise holder.find_retired(id, services) or error from None
    profile = services.things.get(collection, id, settings.max_neighbours)
    if as_json:
        print_json(things.said_profile(profile, services))
    else:
        console.thing(Screen(), profile)


@app.command()
@plainly
def find(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Everyday words, a code or an id.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Kind of thing to look among, such as Role. Repeatable.", callback=_known_kinds),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most matches.")] = 20,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find things by everyday words; misspelt words are forgiven. Ends with 4 when nothing matches."""
    services, _, _ = services_of(data_dir, release)
    page = told.found(services, " ".join(text)[:200], kind or [], limit)
    if as_json:
        print_json(page)
    else:
        console.found(Screen(), page)
    if not page.items:
        raise typer.Exit(CATALOGUE["unknown-words"].exit_code)


@app.command()
@plainly
def queries(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Words that they have.")] = None,
    asked_by: Annotated[str | None, typer.Option(help="Who asks them, such as “careers adviser”.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the named queries."""
    said = named.said_list(" ".join(text) if text else None, asked_by, things.HERE)
    if as_json:
        print_json(said)
    else:
        console.queries(Screen(), said)


@app.command()
@plainly
def query(
    name: Annotated[str, typer.Argument(help="Name of the query: see stepway queries.")],
    param: Annotated[
        list[str] | None, typer.Option(help="A value that it takes, name=value, such as role=OC-HCSA. Repeatable.")
    ] = None,
    format: Annotated[
        str, typer.Option(help="table, json, csv, tsv, sparql-json or sparql-xml; text: the query itself.")
    ] = "table",
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
) -> None:
    """Run a named query. With --format table it also says what the columns mean and what to cite."""
    known = {one.name: one for one in named.FORMATS}
    if format not in {"table", "text", *known}:
        raise Problem("invalid-request", f"--format: {format} is not one of table, text, {', '.join(known)}.")
    chosen = get_query(name)
    given = dict(_pair(one) for one in param or ())
    if format == "text":
        sys.stdout.write(chosen.with_values(chosen.bind({**chosen.example(), **given})))
        return
    terms = chosen.bind(given)
    services, _, _ = services_of(data_dir, release)
    named.check_things(chosen, given, services)
    ours = format in ("table", "json")
    media_type = named.FORMATS[1].media_type if ours else known[format].media_type
    answer = services.store.answer(chosen.text, terms, media_type)
    if not ours:
        sys.stdout.write(answer.decode())
        return
    said = named.said_results(chosen, given, answer, 0, None, services, things.HERE)
    if format == "json":
        print_json(said)
    else:
        console.results(Screen(), said)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Problem("invalid-request", f"--param: {text} is not name=value.")
    return name, value


@app.command()
@plainly
def issues(
    severity: Annotated[list[Severity] | None, typer.Option(help="Only these. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most issues.")] = 50,
    last_failed: Annotated[
        bool, typer.Option("--last-failed", help="Those of the last build that was stopped.")
    ] = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what is wrong or doubtful in the data, where it is and how to mend it."""
    if last_failed:
        path = ReleaseHolder(settings_of(data_dir=data_dir).data_dir).releases.folder / FAILED
        failed = _of(read_issues(path) if path.is_file() else [], severity)
        if as_json:
            print_json([told.issue(one).model_dump(mode="json") for one in failed[:limit]])
            return
        for one in failed[:limit]:
            console.issue(Screen(), told.issue(one))
        Screen().line(f"{counted(len(failed), 'issue')} of the last build that was stopped.")
        return
    services, _, _ = services_of(data_dir, release)
    page: IssuesSaid = told.issues(services, _of(services.issues, severity), 0, limit, [])
    if as_json:
        print_json(page)
    else:
        console.issues(Screen(), page)


def _of(found: Sequence[Issue], severity: list[Severity] | None) -> list[Issue]:
    return [one for one in found if not severity or one.severity in severity]


@app.command()
@plainly
def incomplete(
    dataset: Annotated[str | None, typer.Option(help="Only what this dataset describes, by id.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day. Without it today.")] = None,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is missing in the data, whose it is, and which pathways it would open."""
    services, _, _ = services_of(data_dir, release)
    said = missing.incomplete(services, (on or datetime.now(UTC)).date(), dataset, [])
    if as_json:
        print_json(said)
    else:
        missing.show(Screen(), said)


@app.command()
@plainly
def contradictions(
    dataset: Annotated[str | None, typer.Option(help="Only those in which this dataset has a part, by id.")] = None,
    of_property: Annotated[str | None, typer.Option("--property", help="Only those in this property.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most to be shown.")] = 100,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell what datasets contradict each other in, which value is shown, and why."""
    services, _, _ = services_of(data_dir, release)
    asked = ContradictionsAsked(dataset=dataset, property=of_property, offset=0, limit=limit)
    said = differing.said(services, asked, [])
    if as_json:
        print_json(said)
    else:
        differing.show(Screen(), said)


@app.command()
@plainly
def datasets(release: ReleaseNumber = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the datasets of the release: whose they are, and what may be done with them."""
    services, _, _ = services_of(data_dir, release)
    said = told.datasets(services)
    if as_json:
        print_json(said)
    else:
        console.datasets(Screen(), said)


app.add_typer(coverage_app, name="coverage", help="Who teaches what roles need, and why we say so.")
app.add_typer(
    standard_app,
    name="standard",
    help="One standard: its statements against units, every legal choice, the approval pack.",
)
releases_app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
app.add_typer(
    curriculum_app,
    name="curriculum",
    help="The shape of a curriculum, overlaps, what to teach once, single points, cold spots.",
)
app.add_typer(change_app, name="change", help="The smallest change that closes a gap, and bundles for it.")
app.add_typer(watch_app, name="watch", help="What adverts and employers ask for, beside what is taught.")
app.add_typer(atlas_app, name="atlas", help="Which roles can be reached from each postcode district.")
app.add_typer(sandbox_app, name="sandbox", help="Imagine units, runs and providers, and see what they would change.")
app.add_typer(releases_app, name="releases", help="List the releases, or serve another of them.")


@releases_app.callback(invoke_without_command=True)
@plainly
def releases(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the releases, newest first."""
    if context.invoked_subcommand is not None:
        context.obj = (data_dir, as_json)
        return
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    if not holder.releases.numbers():
        raise NoReleaseError("no release has been built yet")
    if as_json:
        print_json(told.releases(holder))
    else:
        console.releases(Screen(), told.releases(holder))


@releases_app.command("use")
@plainly
def use_release(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=1, help="Number of the release.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Serve this release from now on. A server that runs notices by itself."""
    outer_dir, outer_json = context.obj or (None, False)
    holder = ReleaseHolder(settings_of(data_dir=data_dir or outer_dir).data_dir)
    try:
        holder.releases.point_to(number)
    except NoReleaseError as error:
        raise UnknownReleaseError(number, holder.releases.numbers()) from error
    if as_json or outer_json:
        print_json(told.release(holder.releases.get(number).manifest, number))
    else:
        Screen().line(f"Release {number} is served from now on.")


@app.command("diff")
@plainly
def show_diff(
    first: Annotated[int, typer.Argument(min=1, help="Number of a release.")],
    second: Annotated[int, typer.Argument(min=1, help="Number of another, usually a later one.")],
    kind: Annotated[list[str] | None, typer.Option(help="Only this class, as sw:Qualification. Repeatable.")] = None,
    dataset: Annotated[list[str] | None, typer.Option(help="Only what differs in this dataset. Repeatable.")] = None,
    became: Annotated[
        list[str] | None, typer.Option(help="Only added, retired, changed or renamed things. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most things to show.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Things to pass over.")] = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of the things of one release in another: counts by class and dataset, and the things."""
    asked = DiffAsked.model_validate(
        {"kind": kind or [], "dataset": dataset or [], "became": became or [], "limit": limit, "offset": offset}
    )
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    chosen = [_get_release(holder, number) for number in (first, second)]
    said = Differences(*chosen).said(asked, things.HERE)
    if as_json:
        print_json(said)
    else:
        console.diff(Screen(), said)


def _get_release(holder: ReleaseHolder, number: int | None) -> Release:
    """A release by number, else the current one. Raises `UnknownReleaseError`."""
    try:
        return holder.releases.get(number)
    except NoReleaseError as error:
        if number is None:
            raise
        raise UnknownReleaseError(number, holder.releases.numbers()) from error


@app.command()
@plainly
def dump(
    folder: Annotated[Path, typer.Argument(help="Folder to write into: a new one, or an empty one.")],
    format: Annotated[str, typer.Option("--format", help="turtle, nquads, jsonld, csv or parquet.")] = "nquads",
    all_data: Annotated[
        bool, typer.Option("--all", help="Also data that must not be passed on: only for yourself.")
    ] = False,
    release: ReleaseNumber = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a release as files that other programs read, with a description of it and the licence of each source."""
    if format not in FORMATS:
        raise Problem("invalid-request", f"There is no format {format}.", hint=f"Choose one of {', '.join(FORMATS)}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem("invalid-request", f"{folder} is not an empty folder.", hint="Name a new folder.")
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    chosen = _get_release(holder, release)
    with progress_of(quiet=as_json) as progress:
        written = write_dump(chosen, folder, format, include_private=all_data, progress=progress)
    if as_json:
        print_json({"release": chosen.manifest.number, "format": format, **written.told()})
    else:
        console.dumped(Screen(), chosen.manifest.number, written)


@app.command()
@plainly
def rebuild(
    number: Annotated[int, typer.Argument(min=1, help="Number of the release that is made again.")],
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of its datasets, as they were.  [default: those that are shipped]"),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a release again from the same files, and say whether its content is the same.

    The files are compared with the sums in the manifest first. Nothing is published. Ends with 0 when the content hash
    is the same, else with 1.
    """
    holder = ReleaseHolder(settings_of(data_dir=data_dir).data_dir)
    chosen = _get_release(holder, number)
    with progress_of(quiet=as_json) as progress:
        result = rebuild_release(chosen.manifest, tuple(folders or ()) or SHIPPED, progress=progress, derive=DERIVE)
    if as_json:
        print_json({"release": number, **result.told()})
    else:
        console.rebuilt(Screen(), chosen.manifest, result)
    if not result.same:
        raise typer.Exit(DATA_ERRORS)


@app.command("version")
def show_version() -> None:
    """Say which version this is."""
    sys.stdout.write(f"stepway {SOFTWARE}\n")


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
