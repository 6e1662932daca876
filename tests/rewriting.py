"""Has the tests' files compiled once for all workers of a run.

pytest rewrites the asserts of every test file, which takes longer than all else that collecting does. Workers begin at
once and with the same file: without this each of them would do all of that work, and do it again in the next run where
PYTHONDONTWRITEBYTECODE is set.
"""

from __future__ import annotations

import ast
import os
import types
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from _pytest.assertion import rewrite

_FILES_OF_A_JOB = 16


def rewrite_once(folder: Path, arguments: Sequence[str]) -> None:
    """Leave the rewritten test files of `folder` that the arguments name where pytest looks for them.

    A file that cannot be read, compiled or written is left to pytest, which says what is wrong with it.
    """
    named = [Path(argument.partition("::")[0]).absolute() for argument in arguments]
    files = [file for file in _files(folder) if any(file.is_relative_to(path) for path in named)]
    stale = [file for file in files if rewrite._read_pyc(file, _place(file)) is None]
    jobs = [stale[start : start + _FILES_OF_A_JOB] for start in range(0, len(stale), _FILES_OF_A_JOB)]
    if len(jobs) > 1:
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
            list(processes.map(_rewrite, jobs))


def _files(folder: Path) -> Iterator[Path]:
    for pattern in ("test_*.py", "conftest.py"):
        yield from folder.rglob(pattern)


def _place(file: Path) -> Path:
    return rewrite.get_cache_dir(file) / (file.stem + rewrite.PYC_TAIL)


def _rewrite(files: Iterable[Path]) -> None:
    # What pytest would warn of it can only warn of where it reads such a file itself.
    warnings.simplefilter("error")
    for file in files:
        place = _place(file)
        try:
            stat, code = _rewritten(file)
            place.parent.mkdir(parents=True, exist_ok=True)
            # At once, since another run may read it meanwhile.
            fresh = place.with_name(f"{place.name}.{os.getpid()}")
            with fresh.open("wb") as written:
                rewrite._write_pyc_fp(written, stat, code)
            fresh.replace(place)
        except (OSError, SyntaxError, ValueError, Warning):
            continue


def _rewritten(file: Path) -> tuple[os.stat_result, types.CodeType]:
    stat, source = file.stat(), file.read_bytes()
    tree = ast.parse(source, filename=str(file))
    rewrite.rewrite_asserts(tree, source, str(file))
    return stat, compile(tree, str(file), "exec", dont_inherit=True)
