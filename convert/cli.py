"""``kumihan``: the command line. Engines and all that is slow to import are loaded where they are used."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from convert import __version__

if TYPE_CHECKING:
    from convert.build import Request
    from convert.session import Session

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

_PATHS_HELP = "a note, a folder or a vault"
_GLOB_HELP = _PATHS_HELP + ", or a pattern in quotes such as 'vault/**/*.md'"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"kumihan: {message} (see {self.prog} --help)\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="kumihan", description="Sets an Obsidian vault in type: PDF, Word and HTML.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"kumihan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        sub.set_defaults(run=run)
        sub.add_argument("--debug", action="store_true", help="show tracebacks and what engines say")
        return sub

    build = command("build", _build, "Print notes to PDF, Word, HTML or Markdown.")
    build.add_argument("paths", nargs="+", metavar="PATH", help=_GLOB_HELP)
    _add_outputs(build)
    build.add_argument(
        "--force", action="store_true", help="make everything anew, and overwrite files that Kumihan did not make"
    )
    build.add_argument(
        "--prune", action="store_true", help="remove the outputs of notes that are no longer in the vault, if unchanged"
    )

    watch = command("watch", _watch, "Build, and build what changes again, until Ctrl-C.")
    watch.add_argument("paths", nargs="+", metavar="PATH", help=_GLOB_HELP)
    _add_outputs(watch)
    watch.add_argument(
        "--preview", action="store_true", help="show the outputs on a page of this machine that follows the changes"
    )

    check = command("check", _check, "Say everything that a build would complain about, without building.")
    check.add_argument("paths", nargs="+", metavar="PATH", help=_GLOB_HELP)
    check.add_argument("--force", action="store_true", help="check everything anew")

    for sub in (build, watch, check):
        _add_vault(sub)
        _add_settings(sub)
        _add_where(sub)
        sub.add_argument(
            "-j",
            "--jobs",
            type=_jobs,
            metavar="N",
            help="worker processes (default: one per processor, as far as there is memory)",
        )
        sub.add_argument(
            "--strict", action="store_true", help="exit with status 1 for a warning, or a picture without text, too"
        )
        sub.add_argument("--report", metavar="FILE", help="write what was done and found as JSON")
        loudness = sub.add_mutually_exclusive_group()
        loudness.add_argument("-q", "--quiet", action="store_true", help="show errors only")
        loudness.add_argument("-v", "--verbose", action="store_true", help="show remarks and hints too")

    graph = command("graph", _graph, "Show which notes and files each note embeds and links to.")
    graph.add_argument("paths", nargs="+", metavar="PATH", help=_GLOB_HELP)
    graph.add_argument("--format", choices=("dot", "json"), default="dot", help="for Graphviz (default), or JSON")
    _add_where(graph)
    _add_vault(graph)
    _add_settings(graph)

    command("doctor", _doctor, "Show what this machine has of what Kumihan needs.")

    config = command("config", _config, "Show all settings with their values for a note, a folder or a vault.")
    config.add_argument("path", nargs="?", metavar="PATH", help=_PATHS_HELP + " (default: the current folder)")
    _add_vault(config)
    _add_settings(config)

    themes = command("themes", _themes, "Show the themes that there are, a vault's own among them.")
    themes.add_argument("path", nargs="?", metavar="PATH", help=_PATHS_HELP + " (default: the current folder)")
    _add_vault(themes)

    explain = command("explain", _explain, "Say what a diagnostic means and what to do about it.")
    explain.add_argument("code", nargs="?", metavar="CODE", help="such as link.missing (default: all of them)")

    init = command("init", _init, "Write a kumihan.yaml with all settings, commented out; an existing one is kept.")
    init.add_argument("folder", nargs="?", default=".", metavar="DIR", help="the vault's root (default: here)")
    return parser


def _add_vault(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--vault", metavar="DIR", help="the vault's root (default: the nearest folder upward with .obsidian)"
    )


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", metavar="FORMATS", help="pdf, docx, html, md: one or more, with commas (default: pdf)")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR|FILE",
        help="where outputs go: a folder, or a file for one note (default: a note goes to the current folder, "
        "a folder of notes to ./out)",
    )


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where",
        metavar="EXPR",
        help="of these notes only those that fit: tag:NAME, path:GLOB, PROPERTY, PROPERTY=VALUE (!= < <= > >= ~), "
        "with and, or, not and brackets",
    )


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="settings, in place of the vault's kumihan.yaml")
    parser.add_argument("--theme", metavar="NAME", help="the same as --set theme=NAME")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a setting (see kumihan config); repeatable"
    )
    parser.add_argument("--allow-network", action="store_true", help="fetch pictures from the network")
    parser.add_argument("--follow-links", action="store_true", help="follow symbolic links that leave the vault")


def _jobs(text: str) -> int:
    jobs = int(text) if text.isdecimal() else 0
    if not 1 <= jobs <= 256:
        raise argparse.ArgumentTypeError("a number from 1 to 256 is expected")
    return jobs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``kumihan``; the exit status is 0, 1 (a note failed) or 2 (usage or configuration)."""
    for stream, errors in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):  # a name that this terminal's encoding lacks must not raise
            stream.reconfigure(errors=errors)
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("kumihan: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _refuse(error, debug=options.debug)
    return status


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _refuse(error: Exception, *, debug: bool) -> int:
    """One line for what kept the command from its work; a fault of ours is called one."""
    import traceback

    from convert.build import UsageError
    from convert.settings import SettingsError
    from convert.terminal import visible
    from convert.worker import WorkerError, summary

    if debug:
        print("".join(traceback.format_exception(error)), getattr(error, "trace", ""), file=sys.stderr)
    if isinstance(error, (UsageError, SettingsError, WorkerError)):
        print(f"kumihan: {visible(str(error))}", file=sys.stderr)
        return USAGE
    print(f"kumihan: a fault of Kumihan: {visible(summary(error))} (--debug shows where)", file=sys.stderr)
    return FAILED


def _request(options: argparse.Namespace, paths: Sequence[str]) -> Request:
    from convert import build, settings

    pairs = list(options.set)
    if options.theme is not None:
        pairs.append(f"theme={options.theme}")
    if options.allow_network:
        pairs.append("network=yes")
    if options.follow_links:
        pairs.append("follow-links=yes")
    to = getattr(options, "to", None)
    return build.Request(
        paths=tuple(paths),
        formats=build.wanted_formats(to) if to is not None else (),
        output=getattr(options, "output", None),
        vault=options.vault,
        config=options.config,
        command=settings.from_command(pairs),
        where=getattr(options, "where", None),
    )


# Commands


def _build(options: argparse.Namespace) -> int:
    return _print(options, checking=False)


def _check(options: argparse.Namespace) -> int:
    return _print(options, checking=True)


def _watch(options: argparse.Namespace) -> int:
    from convert import preview

    with contextlib.ExitStack() as opened:
        shown = None
        if options.preview:
            server = opened.enter_context(preview.Preview())
            shown = server.shown
            print(f"kumihan: preview at {server.address}", file=sys.stderr, flush=True)
        session = opened.enter_context(_session(options))
        with contextlib.suppress(KeyboardInterrupt):  # that is how it ends
            session.watch(shown)
    return OK


def _print(options: argparse.Namespace, *, checking: bool) -> int:
    """Build or check."""
    with _session(options, checking=checking) as session:
        return session.run().status


def _session(options: argparse.Namespace, *, checking: bool = False) -> Session:
    from convert.session import How, Session
    from convert.terminal import Terminal

    how = How(
        jobs=options.jobs,
        force=getattr(options, "force", False),
        prune=getattr(options, "prune", False),
        strict=options.strict,
        debug=options.debug,
        report=options.report,
        checking=checking,
    )
    return Session(
        _request(options, options.paths), how, Terminal(-1 if options.quiet else int(options.verbose or options.debug))
    )


def _graph(options: argparse.Namespace) -> int:
    from convert import build, graph
    from convert.terminal import Terminal

    plan = build.plan(_request(options, options.paths), checking=True)
    Terminal().diagnostics(plan.diagnostics)
    nodes = list(graph.read(plan.vault, plan.notes, plan.layers.settings()[0].limit_bytes))
    print(graph.to_json(nodes) if options.format == "json" else graph.to_dot(nodes), end="")
    return OK


def _doctor(options: argparse.Namespace) -> int:
    from convert import doctor

    status = OK
    for finding in doctor.examine():
        print(finding, flush=True)
        status = FAILED if finding.bad else status
    return status


def _config(options: argparse.Namespace) -> int:
    from convert import build, settings
    from convert.note import read_note
    from convert.terminal import Terminal

    request = _request(options, [options.path or "."])
    path = build.expanded(request.paths[0])
    root = build.find_root(path, request.vault).folder
    config = build.expanded(request.config) if request.config is not None else None
    layers, diagnostics = settings.load(root, config=config, command=request.command)
    general, problems = layers.settings()
    note: settings.Values = {}
    diagnostics += problems
    if not path.is_dir():
        read = read_note(path, path.name, general.limit_bytes)
        note, problems = settings.from_note(read.properties, read.property_places, read.path, layers.themes)
        diagnostics += read.diagnostics + problems
    Terminal().diagnostics(diagnostics)
    print(settings.listing(*settings.origins(layers, note)), end="")
    return OK


def _themes(options: argparse.Namespace) -> int:
    from convert import build, theme
    from convert.measure import cells
    from convert.terminal import Terminal

    root = build.find_root(build.expanded(options.path or "."), options.vault).folder
    found = [theme.load(name, root) for name in theme.names(root)]
    widest = max(cells(each.name) for each in found)
    for each in found:
        said = [text for text in (each.description("ja"), each.description("en")) if text] or ["the vault's own"]
        print(f"{each.name}{' ' * (widest - cells(each.name))}  {' / '.join(dict.fromkeys(said))}")
    Terminal().diagnostics([problem for each in found for problem in each.diagnostics])
    return OK


def _explain(options: argparse.Namespace) -> int:
    import difflib

    from convert.build import UsageError
    from convert.diagnostics import Code

    codes = {code.code: code for code in Code}
    if options.code is None:
        for name, code in sorted(codes.items()):
            print(f"{name:24}{code.severity}")
        return OK
    found = codes.get(options.code.strip().lower().strip("[]"))
    if found is None:
        nearest = difflib.get_close_matches(options.code, codes, 1)
        raise UsageError(f"unknown code {options.code!r}" + (f"; did you mean {nearest[0]}?" if nearest else ""))
    print(f"{found.code} ({found.severity})\n\n{found.cause}\n\n{found.cure}")
    return OK


def _init(options: argparse.Namespace) -> int:
    from convert import build, settings

    folder = build.expanded(options.folder)
    if not folder.is_dir():
        raise build.UsageError(f"there is no folder {folder}")
    file = folder / settings.FILE_NAME
    head = (
        "# Settings of Kumihan for the notes of this folder. Take the # away from a line to set it.\n"
        "# A note may have its own, in its properties: `print-page-size: A5`, or nested below `print:`.\n\n"
    )
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(head + settings.template())
    except FileExistsError as error:
        raise build.UsageError(f"{file} exists and is kept") from error
    except OSError as error:
        raise build.UsageError(f"{file} cannot be written: {error.strerror}") from error
    print(file)
    return OK
