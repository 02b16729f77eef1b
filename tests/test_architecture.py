"""What one can see from the folder listing stays true: the core does no I/O, each library has one user."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "inbox_worker"
MODULES = sorted(PACKAGE.rglob("*.py"))
CORE = sorted((PACKAGE / "core").glob("*.py"))
# What could reach a file, a socket, a clock, chance or a setting.
IMPURE = {
    "os", "sys", "io", "pathlib", "socket", "ssl", "subprocess", "random", "secrets", "time", "threading", "asyncio",
    "logging", "tempfile", "shutil", "urllib.request", "imaplib", "smtplib", "sqlalchemy", "yaml", "structlog",
    "pydantic", "imapclient", "jinja2", "apscheduler", "typer", "rich", "requests",
}  # fmt: skip
ONE_USER = {
    "imapclient": ("imap",),
    "smtplib": ("smtp",),
    "apscheduler": ("scheduler.py",),
    "jinja2": ("template",),
    "sqlalchemy": ("store/", "database.py", "locks.py"),
    "mailparser": ("core/parse.py",),
    "alembic": ("database.py",),
    "xlsxwriter": ("workbook.py",),
    "msal": ("microsoft",),
    "prometheus_client": ("metrics.py", "endpoint.py"),
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_core_does_no_io_and_knows_nothing_of_the_shell(path: Path):
    allowed = {"logging"} if path.name == "parse.py" else set()  # to silence the parser, which logs words of mails
    for found in imports(path):
        assert not {found, found.partition(".")[0]} & (IMPURE - allowed)
        if found.startswith("inbox_worker"):
            assert found == "inbox_worker.core" or found.startswith("inbox_worker.core."), f"{found} is of the shell"


@pytest.mark.parametrize("path", CORE, ids=name)
def test_the_core_asks_no_clock(path: Path):
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    asked = [ast.unparse(call.func) for call in calls]
    assert not {"datetime.now", "datetime.utcnow", "date.today", "open", "print", "input"} & set(asked)


@pytest.mark.parametrize("library", ONE_USER)
def test_a_library_is_used_in_one_place(library: str):
    for path in MODULES:
        if any(found == library or found.startswith(f"{library}.") for found in imports(path)):
            assert name(path).startswith(ONE_USER[library]), f"{name(path)} uses {library}"


def test_imports_point_one_way():
    """The command line knows the jobs, the jobs know the seams, and nobody below knows who is above."""
    above = {"cli": ("inbox_worker.cli",), "jobs": ("inbox_worker.jobs", "inbox_worker.cli", "inbox_worker.assembly")}
    seams = ("imap", "smtp", "store/", "templates.py", "documents.py", "compose.py", "credentials.py", "config/")
    for path in MODULES:
        if not name(path).startswith("cli/") and path.name != "__main__.py":
            assert not [found for found in imports(path) if found.startswith(above["cli"])], name(path)
        if name(path).startswith(seams):
            assert not [found for found in imports(path) if found.startswith(above["jobs"])], name(path)


def constants(path: Path) -> list[str]:
    """Return the strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    every = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value.casefold() for node in every if id(node) not in docstrings]


def test_nothing_of_one_scheme_stands_in_the_code():
    """Schemes are configuration; the sample mails of the demo and of the previews are about one, as they must be."""
    for path in MODULES:
        if not name(path).startswith(("demo/", "template_samples.py")):
            words = " ".join(constants(path))
            for word in ("mental health", "ally", "motivation", "skills_experience", "job_title"):
                assert not re.search(rf"\b{word}\b", words), f"{name(path)}: {word}"


def test_the_phrases_are_of_no_scheme():
    for path in (PACKAGE / "phrases").glob("*.yaml"):
        assert "mental health ally" not in path.read_text(encoding="utf-8").casefold(), path.name
