"""Whether a folder lies on a network share, as the system's table of mounts tells."""

import os
import re

_ESCAPED = re.compile(rb"\\([0-3][0-7]{2})")
NETWORK_KINDS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "davfs", "ncpfs"),
        *("fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.juicefs"),
    }
)


def mount_points(table: str) -> tuple[str, ...]:
    """All mount points in the text of `/proc/self/mountinfo`, the longest first."""
    lines = (line.split(" ", 5) for line in table.splitlines())
    return tuple(sorted({_decoded(fields[4]) for fields in lines if len(fields) > 5}, key=len, reverse=True))


def mount_of(path: str, points: tuple[str, ...]) -> str:
    """The mount point that a path lies on; empty where the system tells of none. Does not ask the disk."""
    absolute = os.path.abspath(path)
    return next((m for m in points if absolute == m or absolute.startswith(os.path.join(m, ""))), "")


def own_mount(path: str, points: tuple[str, ...]) -> str:
    """The mount that a path lies on if it is another one than the system's own disk; else empty."""
    mount = mount_of(path, points)
    return mount if mount != "/" else ""


def network_mounts(table: str) -> frozenset[str]:
    """The mount points of network shares in the text of `/proc/self/mountinfo` (proc(5))."""
    found = set()
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        fields, kind = left.split(), right.split(" ")[0]
        if len(fields) >= 5 and kind in NETWORK_KINDS:
            found.add(_decoded(fields[4]))
    return frozenset(found)


def is_on_share(path: str, mounts: frozenset[str]) -> bool:
    """Whether the path lies below one of the mount points. Does not ask the share, which may hang."""
    absolute = os.path.abspath(path)
    return any(absolute == m or absolute.startswith(os.path.join(m, "")) for m in mounts)


def read_mounts() -> frozenset[str]:
    """The network shares mounted now; none where the system has no such table."""
    return network_mounts(_table())


def read_mount_points() -> tuple[str, ...]:
    """All mount points of now, the longest first."""
    return mount_points(_table())


def _table() -> str:
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
            return table.read()
    except OSError:
        return ""


def _decoded(field: str) -> str:
    # Spaces and the like are written as three octal digits; all else, Chinese too, is the name's own bytes.
    return os.fsdecode(_ESCAPED.sub(lambda found: bytes((int(found[1], 8),)), field.encode("utf-8", "surrogateescape")))
