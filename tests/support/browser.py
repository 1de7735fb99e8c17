"""A browser without a window, driven over its own debugging protocol: one page, its messages and its requests.

Small on purpose: a few commands over one websocket need no library that brings browsers along.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Home": 36, "End": 35}
PATIENCE = 30  # seconds before a browser that says nothing has failed


def executable() -> str:
    """Path of a browser on this machine: `TWE_BROWSER`, or the first that is known by name. Skips a test without."""
    found = os.environ.get("TWE_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    reason = "no Chromium or Chrome here: install one, or set TWE_BROWSER to its path"
    return found or pytest.skip(reason, allow_module_level=True)


class Page:
    """One page. `events` holds every message of the browser since it was opened, oldest first."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._last = 0
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility", "DOM"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its result. Raises RuntimeError when the browser refuses it."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            if message.get("id") != self._last:
                self.events.append(message)
            elif "error" in message:
                raise RuntimeError(f"{method}: {message['error']['message']}")
            else:
                return message["result"]

    def open(self, path: Path, fragment: str = "") -> None:
        """Opens a file anew and waits until it is loaded."""
        for url in ("about:blank", path.resolve().as_uri() + fragment):  # another fragment alone would load nothing
            before = len(self.events)
            if problem := self.call("Page.navigate", url=url).get("errorText"):
                raise RuntimeError(f"{url}: {problem}")
            while not any(event["method"] == "Page.loadEventFired" for event in self.events[before:]):
                self.events.append(json.loads(self._socket.recv(timeout=PATIENCE)))

    def size(self, width: int, height: int, mobile: bool = False) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"].get("exception", {}).get("description", "no description"))
        return done["result"].get("value")

    def settle(self) -> None:
        """Waits until the page has drawn what it had to draw."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def press(self, key: str) -> None:
        """A key of the keyboard, as a person presses it."""
        text = {} if key in KEYS else {"text": key}
        code = KEYS.get(key) or ord(key.upper())
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=code,
                nativeVirtualKeyCode=code,
                **(text if kind == "keyDown" else {}),
            )

    def screenshot(self, whole: bool = False) -> bytes:
        """What is on the screen as PNG, or the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def pdf(self) -> bytes:
        """The page as it is printed."""
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(printed["data"])

    def accessible(self) -> list[tuple[str, str]]:
        """(role, name) of all that a screen reader finds, in its order."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node.get("ignored") and "role" in node
        ]

    def complaints(self) -> list[str]:
        """Errors and warnings: of scripts, and of the browser itself (a policy that was broken, say)."""
        said = []
        for event in self.events:
            parameters = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                said.append(str(parameters["exceptionDetails"].get("exception", {}).get("description")))
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                said.append(str(parameters["args"]))
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                said.append(parameters["entry"]["text"])
        return said

    def requests(self) -> list[str]:
        """Addresses that were asked for, without what the page carries itself."""
        asked = [e["params"]["request"]["url"] for e in self.events if e["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("data:", "blob:"))]


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """Starts a browser with a profile of its own in `folder`, gives its one page, and ends it."""
    profile = folder / "profile"
    process = subprocess.Popen(
        [
            executable(),
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-sync",
            "--disable-component-update",
            "--no-sandbox",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = _port(profile / "DevToolsActivePort", process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE) as answer:
            target = next(item for item in json.load(answer) if item["type"] == "page")
        with connect(target["webSocketDebuggerUrl"], max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _port(path: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that the browser chose, which it writes down as soon as it listens."""
    for _ in range(PATIENCE * 20):
        if path.exists() and (lines := path.read_text().split()):
            return int(lines[0])
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"the browser did not start (exit code {process.poll()})")
