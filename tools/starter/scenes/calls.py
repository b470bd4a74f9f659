"""Drawings for the frauds that begin with a call from somebody who is somebody else."""

from tools.starter.parts import (
    CREAM,
    DEEP_GREEN,
    DEEP_STEEL,
    GOLD,
    GREEN,
    INK,
    NAVY,
    PAPER,
    RED,
    SHADE,
    STEEL,
    YELLOW,
    banknote,
    bubble,
    phone,
)
from tools.starter.pen import Pen, arc, bezier


def service(pen: Pen) -> None:
    """Shows a telephone in a headset with an eye in it that reads along."""
    with pen.at(0, 20):
        phone(pen, 430, 740, "#e8f1ff")
        eye = [
            *bezier((-176, -70), (-90, -190), (90, -190), (176, -70)),
            *bezier((176, -70), (90, 50), (-90, 50), (-176, -70)),
        ]
        pen.shape(eye, PAPER)
        pen.stroke(eye, 16, INK, closed=True)
        pen.disc(0, -70, 84, RED)
        pen.disc(0, -70, 44, INK)
        pen.disc(-26, -98, 20, PAPER)
        pen.box(-170, 110, 340, 92, PAPER, radius=24)
        pen.text(0, 84, "密码", 44, NAVY, anchor="mb")
        for i in range(6):
            pen.disc(-125 + i * 50, 156, 15, INK)
        pen.box(-170, 230, 340, 76, RED, radius=38)
        pen.text(0, 267, "屏幕共享中", 46, PAPER)
    band = arc(0, -90, 300, 180, 360, steps=60)
    pen.stroke(band, 34, YELLOW)
    for side in (-1, 1):
        pen.box(side * 300 - 52, -150, 104, 210, GOLD, radius=44)
        pen.box(side * 300 - (52 if side < 0 else -8), -130, 44, 170, YELLOW, radius=22)
    pen.stroke(bezier((300, 50), (312, 200), (310, 330), (210, 362)), 22, YELLOW)
    pen.oval(186, 366, 56, 32, GOLD)


def officials(pen: Pen) -> None:
    """Shows a safe that has no back: banknotes vanish through it."""
    pen.oval(0, 352, 340, 34, SHADE)
    for x in (-230, 150):
        pen.box(x, 300, 80, 56, INK, radius=10)
    pen.box(-320, -300, 640, 620, "#3a4866", radius=34)
    pen.box(-280, -260, 560, 540, INK, radius=22)
    for i, colour in enumerate(("#0a1024", "#33151d", "#5e1a1e", "#911c1e", "#c9211f", INK)):
        r = 246 - i * 42
        pen.oval(10 - i * 6, 16 + i * 3, r, r * 0.98, colour)
    for x, y, turn, zoom in ((-150, 130, 26, 1.0), (120, -60, -34, 0.72), (-40, -96, 58, 0.52), (30, 50, -12, 0.34)):
        with pen.at(x, y, turn, zoom):
            banknote(pen, 260)
    pen.shape([(320, -296), (430, -360), (430, 372), (320, 316)], "#8391ab")
    pen.shape([(336, -262), (414, -308), (414, 322), (336, 284)], "#c9d3e3")
    pen.disc(374, 10, 34, NAVY)
    pen.disc(374, 10, 14, STEEL)
    with pen.at(-40, -330, -3):
        pen.box(-240, -64, 480, 128, YELLOW, radius=18)
        pen.text(0, 0, "安全账户", 96, INK)
    for x in (-330,):
        for y in (-190, 170):
            pen.box(x - 12, y, 34, 76, DEEP_STEEL, radius=10)


def boss(pen: Pen) -> None:
    """Shows a chat picture in suit and tie that is only a mask on a stick, with nobody behind it."""
    pen.disc(0, 10, 330, "#00000038")
    pen.shape(
        [
            *bezier((-260, 300), (-240, 110), (-120, 90), (0, 90)),
            *bezier((0, 90), (120, 90), (240, 110), (260, 300)),
            *arc(0, 10, 392, 48, 132, steps=24),
        ],
        NAVY,
    )
    pen.shape([(-92, 100), (0, 232), (92, 100)], PAPER)
    pen.shape([(-30, 132), (30, 132), (20, 168), (-20, 168)], RED)
    pen.shape([(-20, 168), (20, 168), (40, 300), (0, 350), (-40, 300)], RED)
    hood = [
        *bezier((-150, 110), (-190, -290), (190, -290), (150, 110)),
        *bezier((150, 110), (70, 150), (-70, 150), (-150, 110)),
    ]
    pen.shape(hood, INK)
    pen.text(-74, -60, "?", 170, "#ffffff66")
    with pen.at(122, -50, 13):
        pen.stroke([(0, 150), (0, 400)], 26, "#8a5a2b")
        face = [
            *bezier((-140, -110), (-150, -250), (150, -250), (140, -110)),
            *bezier((140, -110), (136, 120), (50, 190), (0, 190)),
            *bezier((0, 190), (-50, 190), (-136, 120), (-140, -110)),
        ]
        pen.shape(face, "#ffe3c2")
        pen.shape(
            [
                *bezier((-146, -90), (-170, -280), (170, -280), (146, -90)),
                *bezier((146, -90), (120, -170), (-60, -140), (-146, -90)),
            ],
            "#3d2a20",
        )
        for x in (-58, 58):
            pen.stroke(arc(x, -22, 30, 200, 340, steps=20), 16, INK)
            pen.disc(x + (30 if x > 0 else -30), 50, 22, "#ffb59e")
        pen.stroke(arc(0, 44, 74, 22, 158, steps=24), 18, RED)
    with pen.at(-180, -300, -3):
        bubble(pen, -170, -70, 340, 134, fill=PAPER, tail="right")
        pen.text(0, -4, "帮我转笔钱", 58, NAVY)


def credit(pen: Pen) -> None:
    """Shows a credit report under a padlock, and an eraser that rubs out only one's own money."""
    with pen.at(-70, -40, -5):
        pen.box(-258, -330, 520, 660, "#00000030", radius=22)
        pen.box(-270, -346, 520, 660, PAPER, radius=22)
        pen.box(-270, -346, 520, 110, NAVY, radius=22)
        pen.box(-270, -270, 520, 34, NAVY)
        pen.text(-10, -290, "信用报告", 72, PAPER)
        for i, (length, colour) in enumerate(((400, GREEN), (320, GREEN), (230, GOLD), (360, GREEN))):
            y = -190 + i * 84
            pen.box(-230, y, 440, 44, "#e6ebf3", radius=22)
            pen.box(-230, y, length, 44, colour, radius=22)
        with pen.at(-150, 220):
            pen.stroke([(-52, -20), (-52, -50), *arc(0, -56, 52, 180, 360, steps=24), (52, -20)], 24, DEEP_STEEL)
            pen.box(-84, -26, 168, 132, YELLOW, radius=20)
            pen.disc(0, 28, 20, INK)
            pen.box(-9, 30, 18, 46, INK, radius=9)
    with pen.at(130, 230, -12):
        _rubbed_note(pen)
    with pen.at(286, 120, 32):
        pen.box(-84, -190, 168, 210, "#2b7de9", radius=16)
        pen.box(-84, 10, 168, 110, "#ff9aa8", radius=22)
        pen.box(-84, 0, 168, 26, PAPER)
        pen.text(0, -88, "修复", 70, PAPER)
    for x, y, r in ((330, 300, 13), (372, 268, 8), (300, 338, 9), (384, 326, 12), (246, 352, 7)):
        pen.disc(x, y, r, GREEN)


def _rubbed_note(pen: Pen) -> None:
    edge = [(96, -114), (130, -84), (88, -52), (128, -20), (84, 14), (120, 46), (78, 80), (104, 114)]
    pen.shape([(-220, -114), *edge, (-220, 114)], DEEP_GREEN)
    pen.shape([(-206, -100), *[(x - 6, y * 0.87) for x, y in edge], (-206, 100)], GREEN)
    pen.disc(-40, 0, 74, CREAM)
    pen.text(-40, 0, "¥", 112, DEEP_GREEN)
    pen.disc(-160, 0, 18, CREAM)


def lending(pen: Pen) -> None:
    """Shows a bag of money on a line over a stair of fees that ends in a pit."""
    with pen.at(36, 48, zoom=0.9):
        _stair(pen)


def _stair(pen: Pen) -> None:
    pen.shape(
        [(-400, -40), (-205, -40), (-205, 100), (-10, 100), (-10, 240), (186, 240), (186, 480), (-400, 480)], CREAM
    )
    pen.shape([(186, 240), (392, 240), (392, 480), (186, 480)], INK)
    pen.shape([(392, 240), (560, 240), (560, 480), (392, 480)], CREAM)
    pen.box(392, 240, 168, 20, YELLOW)
    for x, y, width, words in ((-400, -40, 195, "手续费"), (-205, 100, 195, "保证金"), (-10, 240, 196, "解冻费")):
        pen.box(x, y, width, 20, YELLOW)
        pen.text(x + width / 2, y + 78, words, 58, NAVY)
    with pen.at(290, 330, 24):
        banknote(pen, 150)
    pen.stroke([(276, -620), (276, -140)], 9, CREAM)
    with pen.at(276, -10):
        bag = [
            *bezier((-56, -110), (-190, 0), (-190, 170), (0, 170)),
            *bezier((0, 170), (190, 170), (190, 0), (56, -110)),
        ]
        pen.shape(bag, GOLD)
        pen.shape(
            [
                *bezier((20, 168), (170, 160), (180, 10), (56, -110)),
                *bezier((56, -110), (110, 20), (100, 120), (20, 168)),
            ],
            "#c98500",
        )
        pen.shape([(-84, -170), (84, -170), (50, -104), (-50, -104)], GOLD)
        pen.box(-66, -122, 132, 28, RED, radius=14)
        pen.text(-8, 40, "¥20万", 84, INK)
    with pen.at(-290, -40):
        pen.disc(0, -250, 50, NAVY)
        pen.shape([*bezier((-70, -60), (-80, -210), (80, -210), (70, -60)), (-70, -60)], NAVY)
        pen.stroke([(-34, -70), (-44, -8)], 40, NAVY)
        pen.stroke([(34, -70), (66, -14)], 40, NAVY)
        pen.stroke([(50, -150), (150, -220)], 32, NAVY)
