"""Worker processes: warm, killable, replaced; the same results whatever their number."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from convert import build, pool
from convert.diagnostics import Code, diagnose
from convert.formats import Output
from convert.link.document import Document
from convert.pool import Pool
from convert.settings import Layers
from convert.vault import Vault, scan
from convert.worker import Job, Result, Task, WorkerError, in_one_chunk, perform, summary

#: A worker whose jobs do what their note's name says.
_SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import os, signal, subprocess, time
from convert import worker

count = 0

def perform(task, job):
    global count
    count += 1
    what, _, detail = job.note.partition(" ")
    trace = ""
    match what:
        case "sleep":
            time.sleep(float(detail))
        case "child":
            child = subprocess.Popen(["sleep", "60"])
            with open(detail, "w") as file:
                file.write(str(child.pid))
            child.wait()
        case "exit":
            os._exit(3)
        case "crash":
            signal.raise_signal(signal.SIGSEGV)
        case "second" if count > 1:
            os._exit(1)
        case "print":
            print("noise" * 10_000)
            input_ = sys.stdin.read()
            os.write(1, b"more noise")
        case "memory.md":
            return worker.perform_really(task, job)
        case "deep":
            def f(n):
                return 0 if n == 0 else 1 + f(n - 1)
            f(15_000)
    return worker.Result(job.note, dependencies=(str(os.getpid()), str(count), str(os.getppid())))

worker.perform_really, worker.perform = worker.perform, perform
worker._warm_up = lambda formats, say: (say("warming"), worker.Ready(*formats))[1]
worker.serve()
"""


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(Vault(tmp_path, (), ()), Layers())


@pytest.fixture(autouse=True)
def script(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_START", _SCRIPT)


def run(task: Task, notes: list[str], *, count: int = 1, seconds: float = 20) -> list[Result]:
    with Pool(()) as pool:
        return list(pool.run(task, [Job(note) for note in notes], count, seconds))


def codes(result: Result) -> list[str]:
    return [d.code for d in result.diagnostics]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def test_a_worker_stays_warm(task: Task) -> None:
    first, second, third = run(task, ["a", "b", "c"])
    assert (first.note, second.note, third.note) == ("a", "b", "c")
    assert first.dependencies[0] == second.dependencies[0] == third.dependencies[0] != str(os.getpid())
    assert third.dependencies[1] == "3"
    assert gone(int(first.dependencies[0]))


def test_results_come_in_the_jobs_order_from_several_workers(task: Task) -> None:
    notes = ["sleep 0.3", *(f"n{n}" for n in range(8))]
    results = run(task, notes, count=2)
    assert [result.note for result in results] == notes
    assert len({result.dependencies[0] for result in results}) == 2


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


@on_linux
def test_several_workers_are_forks_of_one_process(task: Task) -> None:
    results = run(task, ["sleep 0.2"] * 6, count=3)
    workers, mothers = ({result.dependencies[at] for result in results} for at in (0, 2))
    assert len(workers) == 3
    assert len(mothers) == 1
    assert str(os.getpid()) not in mothers
    assert gone(int(*mothers))
    assert all(gone(int(worker)) for worker in workers)


@on_linux
def test_a_worker_that_holds_too_much_memory_gives_way(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({result.dependencies[0] for result in run(task, ["a"] * 4)}) == 1
    assert all(result.memory > 2**20 for result in run(task, ["a"] * 4, count=2))
    monkeypatch.setattr(pool, "_ENOUGH", 1)
    results = run(task, ["a"] * 8, count=2)
    assert len({result.dependencies[0] for result in results}) == 8
    assert not any(result.failed for result in results)


@on_linux
def test_the_others_go_on_without_the_first_process(task: Task) -> None:
    with Pool(()) as workers:
        before = list(workers.run(task, [Job("a")] * 4, 2, 20))
        assert workers._nursery
        os.kill(int(before[0].dependencies[2]), signal.SIGKILL)
        after = list(workers.run(task, [Job("exit"), *[Job("a")] * 4], 2, 20))
    assert [result.failed for result in after] == [True, *[False] * 4]


@on_linux
def test_where_forks_cannot_be_every_worker_is_started(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    threaded = "import threading\nthreading.active_count = lambda: 0\n"
    monkeypatch.setattr(pool, "_START", threaded + _SCRIPT)
    results = run(task, ["sleep 0.2"] * 4, count=2)
    assert {result.dependencies[2] for result in results} == {str(os.getpid())}


def test_what_is_long_is_begun_first(tmp_path: Path) -> None:
    names = tuple(f"{number}.md" for number in range(40))
    for name in names:
        (tmp_path / name).write_text("短い" * (4000 if name == "30.md" else 10), "utf-8")
    task = Task(scan(tmp_path), Layers())
    jobs = [Job(name) for name in names]
    assert [names[index] for index in pool._order(task, jobs, 2)][:2] == ["30.md", "0.md"]
    assert pool._order(task, jobs, 1) == list(range(40))
    gone = [Job("weg.md"), *jobs]
    assert len(pool._order(task, gone, 2)) == 41


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x$", True),
        ("式は$a + b$。", True),
        ("$$\n\\sum\n$$", True),
        ("$100と$200", False),
        ("$HOME and $PATH", False),
    ],
)
def test_formulas_are_looked_for(tmp_path: Path, text: str, found: bool) -> None:
    (tmp_path / "a.md").write_text(f"一\n{text}\n", "utf-8")
    task, jobs = Task(scan(tmp_path), Layers(), ("pdf",)), [Job("weg.md"), Job("a.md")]
    assert Pool(("html", "pdf"))._has_formulas(task, jobs) is found
    assert not Pool(("html",))._has_formulas(task, jobs)


def test_no_jobs_need_no_worker(task: Task) -> None:
    assert run(task, [], count=4) == []


def test_a_note_over_its_time_is_stopped_with_all_that_it_started(task: Task, tmp_path: Path) -> None:
    started = time.monotonic()
    first, second = run(task, [f"child {tmp_path}/pid", "b"], seconds=0.7)
    assert time.monotonic() - started < 10
    assert (first.failed, codes(first)) == (True, ["note.timeout"])
    assert "0.7 s" in first.diagnostics[0].message
    assert (second.failed, second.dependencies[1]) == (False, "1")
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(("what", "how"), [("exit", "status 3"), ("crash", "SIGSEGV")])
def test_a_worker_that_dies_costs_one_note(task: Task, what: str, how: str) -> None:
    before, dead, after = run(task, ["a", what, "b"])
    assert (before.failed, dead.failed, after.failed) == (False, True, False)
    assert codes(dead) == ["note.failed"]
    assert how in dead.diagnostics[0].message
    assert before.dependencies[0] != after.dependencies[0]


def test_what_fails_in_a_used_worker_gets_a_fresh_one(task: Task) -> None:
    before, retried = run(task, ["a", "second"])
    assert before.dependencies[0] != retried.dependencies[0]
    assert not retried.failed


def test_an_engine_that_prints_or_reads_disturbs_nothing(task: Task) -> None:
    assert [result.failed for result in run(task, ["print", "b"])] == [False, False]


def test_deep_calls_have_room(task: Task) -> None:
    assert not run(task, ["deep"])[0].failed


@pytest.mark.skipif(sys.platform != "linux", reason="counts pages as Linux does")
def test_calls_never_ask_the_system_for_memory_again_and_again() -> None:
    resource = pytest.importorskip("resource")
    most = 0

    def asked() -> int:
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)

    def leaf() -> None:
        pass

    def deep(depth: int) -> None:
        nonlocal most
        if depth:
            deep(depth - 1)
        before = asked()
        for _ in range(100):
            leaf()
        most = max(most, asked() - before)

    thread = threading.Thread(target=in_one_chunk, args=(deep, 500))
    thread.start()
    thread.join()
    assert most < 50


def test_what_takes_long_is_told(task: Task) -> None:
    said: list[str] = []
    with Pool((), say=said.append) as pool:
        assert len(list(pool.run(task, [Job("a"), Job("b")], 1, 20))) == 2
    assert said == ["warming"]


def test_engines_that_cannot_be_loaded_end_the_build(task: Task) -> None:
    with pytest.raises(WorkerError, match="broken engine"), Pool(("broken engine",)) as pool:
        list(pool.run(task, [Job("a"), Job("b"), Job("c")], 2, 20))


def test_a_worker_that_cannot_begin_ends_the_build(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_START", "raise SystemExit(7)")
    with pytest.raises(WorkerError, match="status 7"):
        run(task, ["a", "b"])


def test_an_exception_in_the_block_ends_all_workers_at_once(task: Task) -> None:
    pids: list[int] = []

    def interrupted() -> None:
        with Pool(()) as pool:
            for result in pool.run(task, [Job("a"), Job("sleep 60"), Job("sleep 60")], 2, 100):
                pids.append(int(result.dependencies[0]))
                raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - started < 10
    assert gone(pids[0])
    assert not [thread for thread in threading.enumerate() if "work" in thread.name]


def test_the_user_s_language_and_time_zone_do_not_reach_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("PANGO_LANGUAGE", "zh")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    environment = pool._environment()
    assert (environment["LC_ALL"], environment["TZ"]) == ("C.UTF-8", "UTC")
    assert "PANGO_LANGUAGE" not in environment
    assert environment["PATH"] == os.environ["PATH"]


def test_modules_of_the_current_folder_are_not_imported(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('taken from the vault')")
    monkeypatch.chdir(tmp_path)
    assert not run(task, ["a"])[0].failed


# One job, in this process


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    """Stand-ins for the link stage and the formats; a test may put others in their place."""
    table: dict[str, object] = {
        "link": lambda path, vault, settings, *others: Document(
            path, "T", True, "ja", [], dependencies=("x.md",), diagnostics=(diagnose(Code.LINK_MISSING, "m", path, 3),)
        ),
        "pdf": lambda document, settings: Output(b"%PDF", 2),
        "docx": lambda document, settings: Output(settings.page_size.encode()),
    }
    monkeypatch.setattr("convert.link.link_note", lambda *args: table["link"](*args), raising=False)  # type: ignore[operator] # noqa: PLW0108
    monkeypatch.setattr("convert.formats.writer", lambda name: table[name])
    (tmp_path / "n.md").write_text("---\nprint-page-size: A5\nprint-nope: 1\n---\nx")
    return table


def one(tmp_path: Path, layers: Layers | None = None, formats: tuple[str, ...] = ("pdf", "docx")) -> Result:
    vault = Vault(tmp_path, ("n.md",), ("n.md",))
    targets = {name: tmp_path / "out" / f"t.{name}" for name in formats}
    return perform(Task(vault, layers or Layers(), formats), Job("n.md", targets))


@pytest.mark.usefixtures("stages")
def test_a_job(tmp_path: Path) -> None:
    result = one(tmp_path)
    assert not result.failed
    assert [(w.format, w.pages, w.staged.file.read_bytes()) for w in result.outputs] == [
        ("pdf", 2, b"%PDF"),
        ("docx", None, b"A5"),
    ]
    assert codes(result) == ["link.missing", "config.unknown"]
    assert result.dependencies == ("x.md",)
    assert result.seconds > 0


@pytest.mark.usefixtures("stages")
def test_the_command_line_goes_over_the_note(tmp_path: Path) -> None:
    result = one(tmp_path, Layers({"page_size": "B5"}, {"page_size": "B4"}))
    assert result.outputs[1].staged.file.read_bytes() == b"B4"


@pytest.mark.usefixtures("stages")
def test_a_note_that_cannot_be_read_has_failed(tmp_path: Path) -> None:
    result = one(tmp_path, Layers({"limit_bytes": 3}))
    assert result.failed
    assert (codes(result), result.outputs) == (["note.too-big"], ())


def test_a_fault_in_one_format_leaves_the_other(tmp_path: Path, stages: dict[str, object]) -> None:
    def broken(document: Document, settings: object) -> Output:
        raise ValueError(f"bad\nthing in {tmp_path}/secret/n.md")

    stages["pdf"] = broken
    result = one(tmp_path)
    assert result.failed
    assert [w.format for w in result.outputs] == ["docx"]
    (fault,) = [d for d in result.diagnostics if d.code == "note.failed"]
    assert fault.message == "the note could not be written as pdf: ValueError: bad thing in n.md"
    assert "Traceback" in result.trace


def test_a_fault_in_the_link_stage(tmp_path: Path, stages: dict[str, object]) -> None:
    def deep(*_: object) -> Document:
        raise RecursionError("maximum recursion depth exceeded")

    stages["link"] = deep
    result = one(tmp_path)
    assert (result.failed, result.outputs) == (True, ())
    assert "nested too deeply" in str(result.diagnostics)


def test_after_a_lack_of_memory_the_process_is_spent(tmp_path: Path, stages: dict[str, object]) -> None:
    def greedy(*_: object) -> Document:
        raise MemoryError

    stages["link"] = greedy
    assert one(tmp_path).spent


@pytest.mark.usefixtures("stages")
def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    result = one(tmp_path)
    assert result.failed
    assert [c for c in codes(result) if c.startswith("output")] == ["output.failed"] * 2


def test_summary_is_one_line_without_a_folder_of_this_machine() -> None:
    error = OSError(2, "No such file", "/home/taro/書類/a b.md")
    assert "taro" not in summary(error)
    assert summary(ValueError("C:\\Users\\taro\\x.md is\n bad")) == "ValueError: x.md is bad"
    assert summary(ValueError("see https://example.org/a/b")) == "ValueError: see https://example.org/a/b"
    assert summary(KeyError()) == "KeyError"
    assert len(summary(ValueError("x" * 5000))) < 400


def test_the_memory_limit_is_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = _SCRIPT.replace(
        "return worker.perform_really(task, job)",
        "import convert.link; convert.link.link_note = lambda *a: bytearray(2**30);"
        " return worker.perform_really(task, job)",
    )
    monkeypatch.setattr(pool, "_START", script)
    (tmp_path / "memory.md").write_text("x")
    task = Task(Vault(tmp_path, (), ()), Layers({"limit_memory": 900}))
    first, second = run(task, ["memory.md", "b"])
    assert first.failed
    assert "limits.memory" in first.diagnostics[0].message
    assert second.dependencies[1] == "1"  # a new process


def test_as_many_workers_as_processors_and_memory_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(build, "_free_memory", lambda: 10 * build.A_WORKER + 1)
    assert build.default_jobs() == 10
    monkeypatch.setattr(build, "_free_memory", lambda: 1)
    assert build.default_jobs() == 1
    monkeypatch.undo()
    assert build._free_memory() > 2**20
