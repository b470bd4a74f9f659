"""Whether a folder lies on a network share, as the system's table of mounts tells."""

import os

NETWORK_KINDS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "davfs", "ncpfs"),
        *("fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.juicefs"),
    }
)


def network_mounts(table: str) -> frozenset[str]:
    """The mount points of network shares in the text of `/proc/self/mountinfo` (proc(5))."""
    found = set()
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        fields, kind = left.split(), right.split(" ")[0]
        if len(fields) >= 5 and kind in NETWORK_KINDS:
            found.add(fields[4].encode("ascii", "surrogateescape").decode("unicode_escape", "replace"))
    return frozenset(found)


def is_on_share(path: str, mounts: frozenset[str]) -> bool:
    """Whether the path lies below one of the mount points. Does not ask the share, which may hang."""
    absolute = os.path.abspath(path)
    return any(absolute == m or absolute.startswith(os.path.join(m, "")) for m in mounts)


def read_mounts() -> frozenset[str]:
    """The network shares mounted now; none where the system has no such table."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
            return network_mounts(table.read())
    except OSError:
        return frozenset()
