"""The deployment's secret: whole or not at all, and never an empty one (R2, R4)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.settings import SettingsError, read_settings


def test_a_first_start_makes_a_secret_for_its_owner_only(tmp_path: Path) -> None:
    secret = read_settings({"BATTERY_DATA": str(tmp_path)}).secret
    assert len(secret) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert read_settings({"BATTERY_DATA": str(tmp_path)}).secret == secret


def test_first_starts_in_the_same_instant_share_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        starts = pool.map(lambda _: read_settings({"BATTERY_DATA": str(tmp_path)}), range(8))
        assert len({settings.secret for settings in starts}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("content", ["", "cut off"])
def test_r04_a_secret_that_was_not_written_whole_keeps_the_server_from_starting(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "secret").write_text(content)
    with pytest.raises(SettingsError, match="needs 32"):
        read_settings({"BATTERY_DATA": str(tmp_path)})


def test_a_short_secret_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BATTERY_SECRET: the secret has 5 characters"):
        read_settings({"BATTERY_DATA": str(tmp_path), "BATTERY_SECRET": "short"})
