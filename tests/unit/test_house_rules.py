"""The rules of the house that no linter knows: short functions, short modules, honest names, no debts."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("layers", "local", "console", "functions", "containers", "scripts", "formal", "bench", "tests")
PRODUCT = ("layers", "local", "console", "functions", "containers", "scripts")
MOST_LINES_OF_A_FUNCTION = 30
MOST_LINES_OF_A_MODULE = 250
MEDIAN_LINES_OF_FUNCTIONS = 7
BANNED_NAMES = {"common", "utils", "util", "helpers", "helper", "manager", "data", "shared", "misc"}
DEBTS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
# A path of one machine or the address of one package index works for nobody else.
ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w|--(?:extra-)?index-url")
DIVIDER = re.compile(r"^\s*#\s*[-=*#~_]{4,}")
TEXTS = (".py", ".sh", ".yaml", ".yml", ".json", ".toml", ".md", ".in", ".txt", ".cfg", ".tla", "")
BUILT = {".venv", ".aws-sam", ".backroom", "__pycache__", "node_modules", "vendor", "build", "dist"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(folders: tuple[str, ...], suffixes: tuple[str, ...]) -> list[Path]:
    """Give the project's own files below `folders`, without what was built or vendored."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    kept = (path for path in found if path.is_file() and path.suffix in suffixes)
    return sorted(path for path in kept if not BUILT & set(path.relative_to(ROOT).parts))


def text_files() -> list[Path]:
    """Give all texts of the project: those of the folders, of the docs and those that lie at the top."""
    top = (path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS)
    return sorted({*files((*FOLDERS, "docs", "statemachine", "events", "requirements", "examples"), TEXTS), *top})


def functions(path: Path) -> Iterator[Function]:
    """Give every function of a module, the inner ones too."""
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function))


def lines(function: Function) -> int:
    """Count the lines of a function, its docstring among them, its decorators not."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def place(path: Path, line: int) -> str:
    """Give the place in the form that editors open."""
    return f"{path.relative_to(ROOT)}:{line}"


def test_no_function_is_long() -> None:
    long = [
        f"{place(path, function.lineno)}: {function.name} has {lines(function)} lines"
        for path in files(FOLDERS, (".py",))
        for function in functions(path)
        if lines(function) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(["split these functions:", *long])


def test_most_functions_are_very_short() -> None:
    sizes = [lines(function) for path in files(PRODUCT, (".py",)) for function in functions(path)]
    assert statistics.median(sizes) <= MEDIAN_LINES_OF_FUNCTIONS


def test_no_module_is_long() -> None:
    counted = {path: len(path.read_text().splitlines()) for path in files(FOLDERS, (".py",))}
    long = [f"{place(path, 1)}: {count} lines" for path, count in counted.items() if count > MOST_LINES_OF_A_MODULE]
    assert not long, "\n".join(["split these modules:", *long])


def test_names_say_what_a_thing_is() -> None:
    modules = [place(path, 1) for path in files(FOLDERS, (".py",)) if BANNED_NAMES & set(path.stem.lower().split("_"))]
    classes = [
        f"{place(path, node.lineno)}: {node.name}"
        for path in files(FOLDERS, (".py",))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and BANNED_NAMES & set(re.sub(r"(?<=.)([A-Z])", r"_\1", node.name).lower().split("_"))
    ]
    assert not modules + classes, "\n".join(["name these after what they do:", *modules, *classes])


def test_everything_public_is_annotated_and_says_what_it_does() -> None:
    bare = [
        f"{place(path, node.lineno)}: {node.name}"
        for path in files(PRODUCT, (".py",))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    open_ended = [
        f"{place(path, function.lineno)}: {function.name} says not what it returns"
        for path in files(FOLDERS, (".py",))
        for function in functions(path)
        if function.returns is None
    ]
    assert not bare + open_ended, "\n".join(["document and annotate these:", *bare, *open_ended])


@pytest.mark.parametrize(
    ("rule", "pattern"), [("debts", DEBTS), ("places of one machine", ONE_MACHINE), ("dividers", DIVIDER)]
)
def test_no_text_holds(rule: str, pattern: re.Pattern[str]) -> None:
    held = [
        f"{place(path, number)}: {line.strip()[:100]}"
        for path in text_files()
        if path != Path(__file__).resolve() and (rule != "dividers" or path.suffix in {".py", ".sh", ".yaml", ".toml"})
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not held, "\n".join([f"take out these {rule}:", *held])
