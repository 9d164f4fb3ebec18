"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest
from importlinter import api
from importlinter.cli import lint_imports

from campaigns import auditing, catalogue

ROOT = Path(__file__).resolve().parent.parent
APPS = ("adforge", "campaigns", "renderer")
MOST_LINES = 300
ERRORS = {
    "CampaignError", "StateConflict", "ConsentDenied", "RenderError", "InputError", "EngineError",
    "ResourceError", "ProvenanceError", "Cancelled",
}  # fmt: skip
STATEFUL = {"status"}
ACTION = re.compile(r"[a-z]+\.[a-z]+")
# Declared by mediapipe 0.10.21 and pyopenjtalk-plus, and not needed; anything else pip finds is a mistake.
KNOWN_TO_PIP = re.compile(
    r"mediapipe 0\.10\.21 requires (jax|jaxlib|matplotlib|opencv-contrib-python|sentencepiece|sounddevice), "
    r"which is not installed\."
    r"|mediapipe 0\.10\.21 has requirement numpy<2, but you have numpy 2\.4\.6\."
    r"|pyopenjtalk-plus 0\.4\.1\.post10 requires sudachidict-core, which is not installed\."
)


def sources(*apps: str, tests: bool = False) -> list[Path]:
    found = [
        path for app in apps or APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
    ]
    return sorted(found + (list((ROOT / "tests").rglob("*.py")) if tests else []))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of the called name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func
            yield (name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")), node


def text_arguments(node: ast.Call, keyword: str = "") -> set[str]:
    """The text constants a call is given first or by keyword, both arms of a condition included."""
    given = node.args[:1] + [item.value for item in node.keywords if item.arg == keyword]
    return {
        part.value for value in given for part in ast.walk(value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }  # fmt: skip


def in_file(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_go_down_only(monkeypatch: pytest.MonkeyPatch) -> None:
    # Its own logging set-up switches off every logger there is, and other tests listen to ours.
    monkeypatch.setattr("importlinter.cli._configure_logging", lambda verbose: None)
    config = api.read_configuration(str(ROOT / "pyproject.toml"))
    assert len(config["contracts_options"]) >= 6
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_no_file_is_longer_than_300_lines() -> None:
    long = {in_file(path): len(path.read_text("utf-8").splitlines()) for path in sources(tests=True)}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_every_function_says_what_it_takes_and_returns() -> None:
    bare = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                untyped = [
                    arg.arg for arg in given if arg.annotation is None and arg.arg not in ("self", "cls")
                ]
                if node.returns is None or untyped:
                    bare.append(f"{in_file(path)}:{node.lineno} {node.name} {untyped}")
    assert bare == []


def test_every_code_is_explained() -> None:
    missing = set()
    for path in sources():
        for name, node in calls(path):
            if name in ERRORS:
                codes = {text for text in text_arguments(node, "code") if re.fullmatch(r"[A-Z][A-Z_]+", text)}
                missing |= {(code, in_file(path)) for code in codes - set(catalogue.entries())}
    assert missing == set()


def test_every_denial_of_the_gate_is_explained() -> None:
    from campaigns.exceptions import DenialCode

    assert {str(code) for code in DenialCode} <= set(catalogue.entries())


def test_only_the_gate_builds_a_grant() -> None:
    owners = {in_file(path) for path in sources() for name, _ in calls(path) if name == "ConsentGrant"}
    assert owners == {"campaigns/consent.py"}


def test_only_states_changes_a_status() -> None:
    """No assignment to ``.status`` and no ``update(status=...)`` anywhere else."""
    offenders = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any(isinstance(target, ast.Attribute) and target.attr in STATEFUL for target in targets):
                offenders.add(in_file(path))
        for name, call in calls(path):
            if name in ("update", "setattr") and {item.arg for item in call.keywords} & STATEFUL:
                offenders.add(in_file(path))
    assert offenders <= {"campaigns/states.py"}


def test_only_auditing_writes_the_history() -> None:
    writing = re.compile(
        r"AuditEntry\(|AuditEntry\.objects\.(create|bulk_create|get_or_create|update_or_create)"
    )
    owners = {in_file(path) for path in sources() if writing.search(path.read_text("utf-8"))}
    assert owners <= {"campaigns/auditing.py", "campaigns/models/audit.py"}


def test_every_recorded_action_is_known() -> None:
    unknown = set()
    for path in sources():
        for name, node in calls(path):
            if name in ("record", "_saved") and "auditing" in path.read_text("utf-8"):
                unknown |= {
                    text for text in text_arguments(node) if ACTION.fullmatch(text)
                } - auditing.ACTIONS
    assert unknown == set()


def test_tasks_are_enqueued_by_dispatch_only() -> None:
    sending = {"delay", "apply_async", "send_task"}
    owners = {in_file(path) for path in sources() for name, _ in calls(path) if name in sending}
    assert owners <= {"campaigns/dispatch.py"}


def test_one_cv2_distribution_only() -> None:
    found = {dist.name.lower() for dist in distributions() if dist.name.lower().startswith("opencv")}
    assert found == {"opencv-python-headless"}


def test_pip_finds_only_what_is_known() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    lines = [line for line in checked.stdout.splitlines() if line != "No broken requirements found."]
    assert [line for line in lines if not KNOWN_TO_PIP.fullmatch(line)] == []


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" * 3])
def test_nothing_is_left_for_later(word: str) -> None:
    marked = re.compile(rf"\b{word}\b")
    assert [in_file(path) for path in sources(tests=True) if marked.search(path.read_text("utf-8"))] == []
