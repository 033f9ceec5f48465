"""Bun, from npm: an optional peer, installed outside of the checkout on the first run."""

import os
import shutil
import subprocess
from pathlib import Path

BUN_VERSION = "1"
INSTALL_TIMEOUT_S = 180


class NoBunError(Exception):
    """Why there is none here."""


def bun() -> Path:
    """The program. Raises NoBunError."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "credit-battery-bench"
    program = folder / "node_modules" / ".bin" / "bun"
    if not program.exists():
        _install(folder)
    if not program.exists():
        raise NoBunError("npm installed bun without its program")
    return program


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoBunError("bun comes from npm, and there is no npm here")
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            [*command, f"bun@{BUN_VERSION}"],
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise NoBunError(f"npm did not install bun in {INSTALL_TIMEOUT_S} s") from None
    if done.returncode != 0:
        raise NoBunError(f"npm could not install bun: {done.stderr.strip()[-300:]}")
