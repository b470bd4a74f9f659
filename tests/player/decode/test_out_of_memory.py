"""A system call that finds no memory is the worker's trouble, and no damage of the file."""

import errno
import os

import pytest
from PIL import Image

from player.decode import refusal
from player.decode.files.openfile import opened
from player.decode.pictures import stills
from player.decode.protocol import Probe


def no_memory(*_args: object, **_named: object) -> None:
    raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


def test_a_file_that_cannot_be_opened_for_want_of_memory(media, monkeypatch):
    monkeypatch.setattr(os, "open", no_memory)
    with pytest.raises(refusal.Refused) as refused, opened(media("rgb.png"), whole=True):
        pass
    monkeypatch.undo()
    assert refusal.spends_worker(refused.value.why)


def test_a_picture_that_cannot_be_read_for_want_of_memory(media, monkeypatch):
    path = media("rgb.png")
    with opened(path, whole=True) as file:
        monkeypatch.setattr(Image, "open", no_memory)
        with pytest.raises(refusal.Refused) as refused:
            stills.probe(file, Probe(request=1, path=path), lambda: None)
        monkeypatch.undo()
    assert refusal.spends_worker(refused.value.why)
