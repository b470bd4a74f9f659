"""Network shares are told from disks by the table of mounts."""

from player.content.mounts import is_on_share, mount_of, mount_points, network_mounts

TABLE = r"""24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 24 0:45 / /mnt/town\040office rw,relatime shared:9 - cifs //nas/town rw,vers=3.0
32 24 0:46 / /srv/nfs rw master:2 - nfs4 nas:/export rw
34 24 0:48 / /mnt/镇\040共享 rw - cifs //nas/zhen rw
33 24 0:47 / /run/user/1000 rw - tmpfs tmpfs rw
"""


def test_network_shares_are_told_from_disks() -> None:
    mounts = network_mounts(TABLE)
    assert mounts == {"/mnt/town office", "/srv/nfs", "/mnt/镇 共享"}
    assert is_on_share("/mnt/town office/media", mounts)
    assert is_on_share("/srv/nfs", mounts)
    assert not is_on_share("/srv/nfs2/media", mounts)
    assert not is_on_share("/home/media", mounts)


def test_a_table_that_is_not_understood_names_no_share() -> None:
    assert network_mounts("nonsense\n\n - \n1 2 - nfs") == frozenset()


def test_a_path_lies_on_the_innermost_mount() -> None:
    points = mount_points(TABLE)
    assert mount_of("/srv/nfs/media/a.png", points) == "/srv/nfs"
    assert mount_of("/srv/nfs2", points) == "/"
    assert mount_of("/mnt/镇 共享", points) == "/mnt/镇 共享"
    assert mount_of("/anything", ()) == ""
