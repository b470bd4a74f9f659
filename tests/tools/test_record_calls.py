"""The report of what workers call, from lines as strace writes them."""

from tools.sandbox.record_calls import Report

LINES = """\
7 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3
7 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD) = 8
7 seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, {len=9, filter=0x1}) = 0
9 socket(AF_INET, SOCK_STREAM, 0) = 3
7 openat(AT_FDCWD, "", O_RDONLY|O_CLOEXEC <unfinished ...>
9 socket(AF_INET, SOCK_STREAM, 0) = 4
7 <... openat resumed>) = -1 ENOENT (No such file or directory)
7 lseek(3, 0, SEEK_SET)             = 0
7 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD) = 10
10 socket(AF_INET, SOCK_STREAM, 0) = -1 EPERM (Operation not permitted)
10 exit(0) = ?
10 socket(AF_INET, SOCK_STREAM, 0) = 4
""".splitlines()


def test_only_what_comes_behind_the_walls_is_counted_also_in_threads_that_begin_there():
    report = Report()
    report.read(LINES)
    assert report.calls == {
        "openat(O_RDONLY|O_CLOEXEC)": 1, "lseek": 1, "clone(flags=CLONE_VM|CLONE_THREAD)": 1, "socket": 1, "exit": 1,
    }  # fmt: skip
    assert report.errors["socket"] == {"EPERM": 1}
    assert report.errors["openat(O_RDONLY|O_CLOEXEC)"] == {"ENOENT": 1}
