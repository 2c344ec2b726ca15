"""The map, held against the code: what may import what, and what may happen where."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("core", "people", "training", "questions", "exam", "certificates", "app")
PRIVATE_ROLES = {"forms", "views", "api", "cli"}
ROLES = PRIVATE_ROLES | {"models", "queries", "documents", "operations", "jobs"}
BANNED_NAMES = {"utils", "helpers", "common", "service", "services", "manager", "misc"}
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 40

# What a role may not import from its own package or from packages to its left.
FORBIDDEN_ROLES = {
    "models": ROLES - {"models"},
    "queries": ROLES - {"models", "queries"},
    "documents": ROLES - {"documents"},
    "operations": {"forms", "views", "api", "cli", "jobs"},
    "jobs": {"forms", "views", "api", "cli"},
    "forms": ROLES - {"forms"},
    "views": {"api", "cli"},
    "api": {"forms", "views", "cli"},
    "cli": {"forms", "views", "api"},
    "rule": ROLES,
}
IMPURE_IN_RULES = {
    "flask",
    "flask_login",
    "flask_wtf",
    "sqlalchemy",
    "os",
    "subprocess",
    "pathlib",
    "socket",
    "secrets",
    "time",
}
# The ground that rules stand on as well: none of it touches a table.
GROUND_FOR_RULES = {
    "core.db",
    "core.models",
    "core.operations",
    "core.queries",
    "core.jobs",
    "core.clock",
    "core.import_flow",
}


@dataclass(frozen=True)
class Module:
    """One source file, parsed."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    @property
    def role(self) -> str:
        return role_of(self.name)

    def imports(self) -> Iterator[tuple[str, str]]:
        """Yield (module, name) for each name imported; name is empty for a plain import."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.module, alias.name) for alias in node.names)

    def own_imports(self) -> Iterator[str]:
        """Yield the project's own modules that this one imports."""
        known = {module.name for module in modules()}
        for source, name in self.imports():
            if source.split(".")[0] in PACKAGES:
                yield f"{source}.{name}" if f"{source}.{name}" in known else source


def role_of(name: str) -> str:
    parts = name.split(".")
    if len(parts) == 1:
        return "package"
    return parts[1] if parts[1] in ROLES else "rule"


@cache
def modules() -> list[Module]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    kept = [path for path in paths if "migrations" not in path.parts]
    return [Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in kept]


def in_field() -> list[Module]:
    """The packages of the field; core is the ground and app puts it together."""
    return [module for module in modules() if module.package not in {"core", "app"}]


def test_there_is_something_to_check():
    assert {module.package for module in modules()} == set(PACKAGES)
    assert len(modules()) > 60


def test_packages_import_only_to_the_left():
    wrong = [
        f"{module.name} imports {target}"
        for module in modules()
        for target in module.own_imports()
        if PACKAGES.index(target.split(".")[0]) > PACKAGES.index(module.package)
    ]
    assert wrong == []


def test_forms_views_api_and_commands_are_private_to_their_package():
    wrong = [
        f"{module.name} imports {target}"
        for module in modules()
        for target in module.own_imports()
        if role_of(target) in PRIVATE_ROLES
        and target.split(".")[0] not in {module.package, "core"}
        and module.package != "app"
    ]
    assert wrong == []


@pytest.mark.parametrize("role", sorted(FORBIDDEN_ROLES))
def test_a_role_imports_only_what_it_may(role):
    wrong = [
        f"{module.name} imports {target}"
        for module in in_field()
        if module.role == role
        for target in module.own_imports()
        if target.split(".")[0] not in {"core", "app"} and role_of(target) in FORBIDDEN_ROLES[role]
    ]
    assert wrong == []


def test_rules_do_no_input_or_output():
    wrong = [
        f"{module.name} imports {source}"
        for module in in_field()
        if module.role == "rule"
        for source, name in module.imports()
        if source.split(".")[0] in IMPURE_IN_RULES
        or source in GROUND_FOR_RULES
        or f"{source}.{name}" in GROUND_FOR_RULES
    ]
    assert wrong == []


def test_only_core_db_commits():
    wrong = [
        module.name for module in modules() if module.name != "core.db" and "commit" in attribute_calls(module)
    ]
    assert wrong == []


def test_only_core_clock_reads_the_clock():
    readers = {"now", "utcnow", "today"}
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.name != "core.clock"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in readers
        if isinstance(node.func.value, ast.Name) and node.func.value.id in {"datetime", "date"}
    ]
    assert wrong == []


def test_randomness_in_rules_comes_from_a_seed():
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in in_field()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random"
        if "import random" in module.path.read_text(encoding="utf-8") and node.attr != "Random"
    ]
    assert wrong == []


def test_no_file_has_a_name_that_says_nothing():
    assert [module.name for module in modules() if set(module.name.split(".")) & BANNED_NAMES] == []


def test_every_module_says_what_it_is_about():
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []


def test_packages_hold_nothing_but_a_docstring():
    wrong = [m.name for m in modules() if m.path.name == "__init__.py" and len(m.tree.body) != 1]
    assert wrong == []


def test_files_stay_short():
    lengths = {module.name: len(module.path.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {name: length for name, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_functions_stay_short():
    wrong = {
        f"{module.name}.{node.name}": node.end_lineno - node.lineno + 1
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert wrong == {}


def test_broad_excepts_stand_at_the_edge_alone():
    allowed = {"app.errors", "core.jobs"}
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.name not in allowed
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert wrong == []


def test_tests_mirror_the_packages():
    packages = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith("__")
    }
    assert packages <= set(PACKAGES)


def test_the_project_speaks_of_itself_alone():
    hosts = (
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "registry.npm" + "js",
        "debian" + ".org",
        "github" + "usercontent",
    )
    text_files = [
        ROOT / name for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "Makefile")
    ]
    text_files += [*ROOT.glob("scripts/*"), *ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
    wrong = [
        f"{path.name}: {host}"
        for path in text_files
        if path.is_file()
        for host in hosts
        if host in path.read_text(encoding="utf-8")
    ]
    assert wrong == []


def attribute_calls(module: Module) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
