"""Another release becomes current while the service runs."""

import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.dependencies import OPEN_AT_ONCE, ReleaseHolder, Services
from api.errors import UnknownReleaseError
from api.settings import Settings
from graph.release import NoReleaseError, Releases


def number(client: TestClient) -> int:
    return int(client.get("/ready").json()["release"]["number"])


def test_the_service_notices_the_switch_without_a_restart(own_data: Path) -> None:
    client = TestClient(create_app(Settings(data_dir=own_data)))
    before = client.get("/qualifications")
    assert (number(client), before.json()["total"]) == (2, 2)
    Releases(own_data).point_to(1)
    after = client.get("/qualifications")
    assert (number(client), after.json()["total"]) == (1, 3)
    assert client.get("/qualifications", headers={"If-None-Match": before.headers["etag"]}).status_code == 200
    Releases(own_data).point_to(2)
    assert client.get("/qualifications").headers["etag"] == before.headers["etag"]


def test_a_damaged_release_does_not_take_the_service_down(own_data: Path) -> None:
    client = TestClient(create_app(Settings(data_dir=own_data)))
    assert number(client) == 2
    releases = Releases(own_data)
    third = releases.folder / "000003"
    third.mkdir()
    (third / "manifest.json").write_text("{}")
    (releases.folder / "current").write_text("3\n")
    assert number(client) == 2
    assert client.get("/roles").status_code == 200


def test_a_service_that_starts_on_a_damaged_release_says_so(own_data: Path) -> None:
    (own_data / "releases" / "000002" / "projection.json").write_text("{")
    client = TestClient(create_app(Settings(data_dir=own_data)))
    reply = client.get("/ready")
    assert (reply.status_code, reply.json()["code"]) == (503, "no-release")
    assert client.get("/health").status_code == 200
    assert client.get("/roles?release=1").status_code == 200


def test_a_release_that_is_built_anew_under_its_number_is_noticed(own_data: Path) -> None:
    holder = ReleaseHolder(own_data)
    before = holder.get()
    assert holder.get() is before
    manifest = own_data / "releases" / "000002" / "manifest.json"
    text = manifest.read_text()
    manifest.unlink()
    manifest.write_text(text.replace('"illustrative": false', '"illustrative": true'))
    assert holder.get() is not before
    assert holder.get().manifest.illustrative is True


def test_few_releases_are_kept_open(own_data: Path) -> None:
    holder = ReleaseHolder(own_data)
    folder = own_data / "releases"
    for extra in range(3, 9):
        (folder / f"{extra:06d}").symlink_to(folder / "000001")
    opened = [holder.get(number) for number in range(1, 9)]
    assert len(holder._open) == OPEN_AT_ONCE
    assert all(isinstance(one, Services) and "OC-LAB" in one.things for one in opened)


def test_releases_that_are_not_there(tmp_path: Path, own_data: Path) -> None:
    with pytest.raises(NoReleaseError):
        ReleaseHolder(tmp_path / "nothing").get()
    with pytest.raises(UnknownReleaseError) as told:
        ReleaseHolder(own_data).get(7)
    assert told.value.known == [1, 2]


def test_many_readers_at_once_see_one_release(own_data: Path) -> None:
    holder = ReleaseHolder(own_data)
    seen: list[Services] = []
    workers = [threading.Thread(target=lambda: seen.append(holder.get())) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(seen) == 8
    assert len({id(one) for one in seen}) == 1
