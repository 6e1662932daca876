"""The house stands as DESIGN says: arrows run one way, and the packages are ours."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).resolve().parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
CONTRACTS = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]


def lint(root):
    """Run import-linter in a checkout."""
    return subprocess.run(
        [sys.executable, "-c", run.LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_is_ours(package):
    """Names like `core` are common; another one first on the path would be a riddle to whoever meets it."""
    assert Path(importlib.import_module(package).__file__) == ROOT / package / "__init__.py"


def test_every_package_is_shipped_and_under_contract():
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert here == set(PACKAGES) == set(PROJECT["tool"]["importlinter"]["root_packages"])


def test_arrows_run_one_way():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_the_contracts_bite(tmp_path):
    """One wrong import per contract: each must be found."""
    wrong = {
        "core": "import sqlite3",
        "storage": "import textual",
        "sync": "import textual, tui",
        "telephony": "import storage",
        "importing": "import storage",
        "tui": "import sqlalchemy, storage",
        "themes": "import rich",
        "cli": "",
    }
    for package, line in wrong.items():
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(line + "\n")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    result = lint(tmp_path)
    assert result.returncode == 1
    for contract in CONTRACTS:
        assert f"{contract} BROKEN" in result.stdout
