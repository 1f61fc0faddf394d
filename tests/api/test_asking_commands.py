"""Commands have the filters of the address that asks the same: each one, under its name, with what it means."""

from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from api.cli import app as console
from api.schemas.adverts import AdvertsAsked, DemandAsked
from api.schemas.board import BoardAsked, CellAsked
from api.schemas.changes import BundlesAsked
from api.schemas.curriculum import (
    ColdSpotsAsked,
    FragilityAsked,
    LeaversAsked,
    OverlapsAsked,
    ShapeAsked,
    SharedAsked,
)
from api.schemas.standards import ChoicesAsked, MatrixAsked, PackAsked
from api.schemas.watch import FiguresAsked, IndexAsked, NeedsAsked, WatchChangesAsked

ASKED: dict[str, type[BaseModel]] = {
    "change bundles": BundlesAsked,
    "coverage board": BoardAsked,
    "coverage cell": CellAsked,
    "curriculum cold-spots": ColdSpotsAsked,
    "curriculum fragility": FragilityAsked,
    "curriculum leavers": LeaversAsked,
    "curriculum overlap": OverlapsAsked,
    "curriculum shape": ShapeAsked,
    "curriculum shared": SharedAsked,
    "standard approval": PackAsked,
    "standard choices": ChoicesAsked,
    "standard matrix": MatrixAsked,
    "watch adverts": AdvertsAsked,
    "watch changes": WatchChangesAsked,
    "watch demand": DemandAsked,
    "watch figures": FiguresAsked,
    "watch index": IndexAsked,
    "watch needs": NeedsAsked,
}


@pytest.mark.parametrize("name", ASKED)
def test_every_filter_of_the_address_is_an_option(name: str) -> None:
    group, command = name.split()
    found = typer.main.get_command(console).commands[group].commands[command]
    options = {one.name: one for one in found.params}
    for field, said in ASKED[name].model_fields.items():
        assert field in options, field
        if field not in ("format", "release") and hasattr(options[field], "help"):
            assert (said.description or "") in options[field].help


def test_a_value_that_cannot_be_is_refused_as_over_http(home_data: Path) -> None:
    runner = CliRunner()
    for given, field in (
        (["curriculum", "cold-spots", "--geography", "moon"], "geography"),
        (["coverage", "board", "--level", "99"], "level"),
        (["watch", "index", "--on", "tomorrow"], "on"),
    ):
        found = runner.invoke(console, [*given, "--data-dir", str(home_data)])
        assert found.exit_code == 2, given
        assert f"- {field}" in found.stderr


def test_a_switch_that_is_on_can_be_turned_off(home_data: Path) -> None:
    runner = CliRunner()
    asked = ["coverage", "board", "--json", "--limit", "1", "--data-dir", str(home_data)]
    assert '"narrower": true' in runner.invoke(console, asked).stdout
    assert '"narrower": false' in runner.invoke(console, [*asked, "--no-narrower"]).stdout
