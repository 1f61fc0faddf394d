"""Every setting, kind of problem, endpoint, filter and command is in the documentation, and nothing else is."""

import re
from pathlib import Path

import typer.main
import yaml

from api.app import create_app
from api.cli import app as console
from api.errors import CATALOGUE
from api.schemas.changes import ChangeBody
from api.schemas.eligibility import EligibilityQuestion, PriorLearningQuestion
from api.schemas.pathways import PathwayQuestionBody
from api.schemas.person import Profile
from api.settings import Settings
from queries.catalogue import COLLECTIONS, list_queries

DOCS = Path(__file__).parents[2] / "docs"


def sections(name: str, mark: str) -> dict[str, str]:
    """The text below each heading of one depth."""
    parts = re.split(rf"^{mark} (.+)$", (DOCS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_setting_is_described_with_its_default() -> None:
    found = sections("settings.md", "##")
    assert list(found) == [f"STEPWAY_{name.upper()}" for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        assert f"`{field.default}`" in found[f"STEPWAY_{name.upper()}"], name


def test_every_kind_of_problem_is_described() -> None:
    found = sections("errors.md", "##")
    assert list(found) == list(CATALOGUE)
    for code, kind in CATALOGUE.items():
        for status in kind.statuses:
            assert re.search(rf"\b{status}\b", found[code]), (code, status)
        assert re.search(rf"Exit\s+code\s+{kind.exit_code}\.", found[code]), code


def test_every_endpoint_is_described() -> None:
    headings = {one for heading in sections("api.md", "###") for one in heading.split(", ") if "/" in one}
    paths = create_app(Settings()).openapi()["paths"]
    assert headings == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_filter_is_described() -> None:
    found = sections("api.md", "###")
    for collection in COLLECTIONS.values():
        text = found[f"GET /{collection.name}, GET /{collection.name}/{{id}}"]
        for field in collection.filters:
            assert f"`{field.name}`" in text, (collection.name, field.name)


def test_every_command_is_described() -> None:
    told = sections("api.md", "###").items()
    found = {heading.removeprefix("stepway "): text for heading, text in told if heading.startswith("stepway")}
    commands = typer.main.get_command(console).commands
    assert found.keys() == commands.keys()
    for name, command in commands.items():
        for nested in getattr(command, "commands", {}):
            assert f"`stepway {name} {nested}" in found[name], (name, nested)


def test_every_endpoint_and_parameter_says_what_it_is() -> None:
    for path, methods in create_app(Settings()).openapi()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["description"], path
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                assert parameter.get("description") or schema.get("description"), (method, path, parameter["name"])


def test_every_output_says_all_its_fields() -> None:
    """Outputs have no defaults: whatever a schema lists is always there."""
    document = create_app(Settings()).openapi()
    given = {"ProblemDocument", "Criterion", "PathwayQuestionBody", "EligibilityQuestion", "PriorLearningQuestion"}
    given |= {"Profile", "AwardHeld", "UnitHeld", "CompetencyClaimed", "RoleWorked", "OpportunityFacts"}
    given |= {"ChangeBody", "NewUnitAsked"}
    for name, schema in document["components"]["schemas"].items():
        if name not in given and "properties" in schema:
            assert set(schema["required"]) == set(schema["properties"]), name


def test_every_named_query_says_what_it_is() -> None:
    queries = list_queries()
    assert queries
    for query in queries:
        assert query.title
        for one in (*query.file.parameters, *query.file.columns):
            assert f"?{one.name}" in query.text, (query.name, one.name)
            assert one.about, (query.name, one.name)


def test_the_profile_in_the_documentation_is_a_profile() -> None:
    (text,) = re.findall(
        r"^```yaml\n(.*?)^```", (DOCS / "api.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    profile = Profile.model_validate(yaml.safe_load(text))
    assert profile.facts["resident-wmca"] == "yes"
    assert profile.pay is None


def test_every_example_of_a_question_can_be_asked() -> None:
    schemas = create_app(Settings()).openapi()["components"]["schemas"]
    for model in (PathwayQuestionBody, EligibilityQuestion, PriorLearningQuestion, Profile, ChangeBody):
        examples = schemas[model.__name__]["examples"]
        assert examples
        for example in examples:
            model.model_validate(example)
