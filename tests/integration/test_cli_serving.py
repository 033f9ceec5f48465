"""Starting the server from the command line: the ready line, what `demo` says, and how it ends."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.conftest import StartServer
from tests.services import free_port

STOP_TIMEOUT_S = 20.0


def test_serve_says_where_it_is_once_it_answers(start_server: StartServer) -> None:
    server = start_server()
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_what_the_http_server_warns_of_is_a_json_line_too(start_server: StartServer) -> None:
    server = start_server()
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"no request\r\n\r\n")
        line = server.wait_for_line(".*Invalid HTTP request.*", timeout_s=STOP_TIMEOUT_S)
    told = json.loads(line[0])
    assert (told["level"], told["logger"]) == ("warning", "uvicorn.error")
    assert told["timestamp"].endswith("Z")


def test_demo_tells_a_newcomer_all_that_is_needed(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(arguments=("demo",))
    server.wait_for_line("Ctrl-C stops the server", timeout_s=STOP_TIMEOUT_S)
    for told in (
        "alice@acme.example",
        "zoe@globex.example",
        "battery-demo",
        "chrome://extensions",
        "Developer mode",
        "Load unpacked",
        "about:debugging",
        "extension/manifest.json",
        f"{server.url}/demo/",
        str(tmp_path / "data"),
    ):
        assert told in server.log
    assert httpx.get(f"{server.url}/demo/").status_code == 200
    signed_in = httpx.post(
        f"{server.url}/api/v1/sessions",
        json={"email": "bob@acme.example", "password": "battery-demo"},
    )
    assert signed_in.status_code == 201


def test_ctrl_c_ends_the_server_quietly(start_server: StartServer) -> None:
    server = start_server()
    server.send(signal.SIGINT)
    assert server.wait(timeout_s=STOP_TIMEOUT_S) == 0
    assert "Traceback" not in server.log


def test_a_second_server_on_one_sqlite_file_is_refused_in_a_sentence(
    start_server: StartServer, tmp_path: Path
) -> None:
    first = start_server()
    refused = _serve(tmp_path, free_port())
    assert refused.returncode == 1
    assert f"Another server (process {first.pid}) already runs" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_told_in_a_sentence(start_server: StartServer, tmp_path: Path) -> None:
    port = int(start_server().url.rpartition(":")[2])
    refused = _serve(tmp_path / "other", port)
    assert refused.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def _serve(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """A server that is expected not to start."""
    return subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        env={"BATTERY_DATA": str(folder / "data"), "BATTERY_PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=STOP_TIMEOUT_S,
    )
