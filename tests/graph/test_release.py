"""A release is whole or not there, and the pointer moves in one step."""

from pathlib import Path

import pytest

from graph.release import Manifest, NoReleaseError, Releases


def finished(releases: Releases) -> Path:
    number, making = releases.begin()
    Manifest(number, "2026-11-21T00:00:00+00:00", "hash", "0", False, 0, [], {}, {}).write(making)
    return making


def test_before_the_first(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    assert releases.numbers() == []
    assert releases.current_number() is None
    with pytest.raises(NoReleaseError):
        releases.get()


def test_publishing_serves_the_new_one_and_keeps_the_old(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    releases.publish(finished(releases))
    releases.publish(finished(releases))
    assert releases.numbers() == [1, 2]
    assert releases.get().manifest.number == 2
    releases.point_to(1)
    assert releases.get().manifest.number == 1


def test_half_a_release_is_never_seen_and_is_cleared_away(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    releases.publish(finished(releases))
    _, half = releases.begin()
    (half / "graph.nq").write_text("half")
    assert Releases(tmp_path).numbers() == [1]
    assert Releases(tmp_path).begin()[0] == 2
    assert not (half / "graph.nq").exists()


def test_an_unknown_number_moves_nothing(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    releases.publish(finished(releases))
    with pytest.raises(NoReleaseError, match="no release 7"):
        releases.point_to(7)
    assert releases.current_number() == 1
