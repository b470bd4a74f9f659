"""Drawings for the frauds that begin with an offer on the telephone's screen."""

import math

from tools.starter.parts import (
    CREAM,
    DEEP_STEEL,
    GOLD,
    INK,
    NAVY,
    PAPER,
    RED,
    SHADE,
    STEEL,
    YELLOW,
    bubble,
    coin,
    hook,
)
from tools.starter.pen import Pen, arc, bezier


def brushing(pen: Pen) -> None:
    """Shows a fish about to swallow a coin on a hook: the small commission is the bait."""
    pen.stroke([(-140, -520), (-140, -290)], 9, CREAM)
    with pen.at(-140, -30):
        hook(pen, 74, 280)
    with pen.at(-288, -30, -6):
        coin(pen, 100, "¥5")
    with pen.at(84, 140, -14, 0.88):
        _fish(pen)
    for x, y, r in ((-352, 118, 20), (-322, 176, 12), (300, -250, 22), (352, -310, 13), (268, -330, 9)):
        pen.disc(x, y, r, "#ffffff55")


def _fish(pen: Pen) -> None:
    pen.shape([(220, -10), (360, -160), (330, 4), (364, 164)], GOLD)
    back = bezier((-330, -70), (-190, -270), (120, -250), (270, -10))
    under = bezier((268, 14), (120, 250), (-170, 250), (-318, 92))
    lips = [
        *bezier((-318, 92), (-240, 70), (-200, 40), (-170, 6), 12),
        *bezier((-170, 6), (-220, -20), (-270, -46), (-330, -70), 12),
    ]
    pen.shape([*back, *under, *lips], YELLOW)
    pen.shape([*under, *bezier((-318, 92), (-160, 150), (80, 140), (268, 14))], GOLD)
    pen.shape([*bezier((-10, -196), (40, -330), (150, -320), (170, -250)), (130, -140)], GOLD)
    pen.stroke(bezier((-40, -130), (10, -60), (10, 40), (-50, 110)), 12, GOLD)
    fin = [*bezier((20, 30), (110, 20), (150, 70), (150, 120)), *bezier((150, 120), (90, 130), (40, 100), (20, 30))]
    pen.shape(fin, "#ffe07a")
    pen.disc(-128, -84, 48, PAPER)
    pen.disc(-142, -80, 25, INK)
    pen.disc(-150, -90, 9, PAPER)


def investing(pen: Pen) -> None:
    """Shows a rising share price that plunges between the jaws of a trap."""
    for x, top, bottom in ((-330, 190, 300), (-240, 90, 230), (-150, 130, 220)):
        pen.stroke([(x, top - 44), (x, bottom + 44)], 9, CREAM)
        pen.box(x - 30, top, 60, bottom - top, CREAM, radius=9)
    with pen.at(170, 190):
        _jaws(pen, 220)
    line = [(-372, 250), (-240, 60), (-150, 100), (10, -290), (150, 60)]
    pen.stroke([(x + 8, y + 12) for x, y in line], 30, "#00000030")
    pen.stroke(line, 30, RED)
    with pen.at(176, 124, math.degrees(math.atan2(350, 140))):
        pen.shape([(64, 0), (-52, -72), (-52, 72)], RED)


def _jaws(pen: Pen, radius: float) -> None:
    pen.disc(0, 0, radius, "#00000045")
    for start in (196, 16):
        ring = arc(0, 0, radius, start, start + 148, steps=48)
        pen.stroke(ring, 52, INK)
        for i in range(4, 48, 8):
            (x0, y0), (x1, y1), (x2, y2) = ring[i - 4], ring[i], ring[min(i + 4, 48)]
            pen.shape([(x0, y0), (x1 * 0.58, y1 * 0.58), (x2, y2)], PAPER)
        pen.stroke(ring, 30, STEEL)
    for x in (-radius, radius):
        pen.disc(x, 0, 44, INK)
        pen.disc(x, 0, 20, STEEL)


def shopping(pen: Pen) -> None:
    """Shows an opened parcel with a brick in it where a telephone should be."""
    with pen.at(10, 30, zoom=0.9):
        _parcel(pen)


def _parcel(pen: Pen) -> None:
    pen.oval(0, 330, 360, 40, SHADE)
    pen.shape([(-300, -20), (300, -20), (268, 40), (-268, 40)], "#7a4a1c")
    with pen.at(0, -130, -12):
        pen.box(-180, -110, 360, 210, "#a8391f", radius=10)
        pen.box(-180, -110, 360, 52, "#cf5533", radius=10)
        for x, y in ((-60, -30), (60, 30)):
            pen.box(x - 44, y - 20, 88, 14, "#8c2c16", radius=7)
        pen.box(-150, 10, 70, 14, "#8c2c16", radius=7)
        pen.box(96, -36, 60, 14, "#8c2c16", radius=7)
    pen.shape([(-300, -20), (-268, 330), (268, 330), (300, -20)], "#d9a05b")
    pen.shape([(-300, -20), (-430, 84), (-372, 128), (-262, 24)], "#e9b877")
    pen.shape([(300, -20), (430, 84), (372, 128), (262, 24)], "#e9b877")
    pen.box(-46, -20, 92, 350, "#f3d3a2")
    pen.box(-236, 200, 150, 92, CREAM, radius=8)
    pen.box(-216, 222, 108, 12, NAVY, radius=6)
    pen.box(-216, 250, 70, 12, NAVY, radius=6)
    pen.stroke(bezier((120, -170), (210, -150), (240, -330), (336, -212)), 7, CREAM)
    with pen.at(232, -258, 14):
        pen.shape([(-120, -74), (92, -74), (150, 0), (92, 74), (-120, 74)], YELLOW)
        pen.disc(104, 0, 17, INK)
        pen.text(-22, 0, "新手机", 62, INK)


def gaming(pen: Pen) -> None:
    """Shows a treasure chest with teeth that bites a game pad."""
    pen.oval(0, 336, 350, 38, SHADE)
    pen.shape([(-310, 40), (-274, 330), (274, 330), (310, 40)], "#7b3f14")
    with pen.at(0, -52, -9):
        lid = [(-330, 0), *bezier((-330, 0), (-330, -250), (330, -250), (330, 0)), (330, 20), (-330, 20)]
        pen.shape(lid, "#9a5320")
        for x in (-216, 216):
            pen.box(x - 30, -168, 60, 188, GOLD)
        pen.box(-340, -18, 680, 40, GOLD, radius=12)
        pen.disc(-112, -92, 46, PAPER)
        pen.disc(112, -92, 46, PAPER)
        pen.disc(-100, -84, 22, INK)
        pen.disc(124, -84, 22, INK)
        pen.stroke([(-176, -166), (-66, -128)], 20, INK)
        pen.stroke([(176, -166), (66, -128)], 20, INK)
        pen.shape([(-316, 22), (316, 22), (300, 100), (-300, 150)], "#3b1206")
        for i in range(8):
            x = -300 + i * 78
            pen.shape([(x, 22), (x + 54, 22), (x + 27, 88)], PAPER)
    pen.box(-322, 24, 644, 44, GOLD, radius=12)
    for i in range(7):
        x = -262 + i * 78
        pen.shape([(x, 26), (x + 54, 26), (x + 27, -38)], PAPER)
    for x in (-216, 216):
        pen.shape([(x - 30, 66), (x + 30, 66), (x + 26, 330), (x - 26, 330)], GOLD)
    with pen.at(0, 176, 4):
        _pad(pen)


def _pad(pen: Pen) -> None:
    outline = [
        *bezier((-130, -84), (-210, -96), (-250, 0), (-262, 96)),
        *bezier((-262, 96), (-268, 170), (-190, 176), (-150, 116)),
        *bezier((-150, 116), (-120, 66), (120, 66), (150, 116)),
        *bezier((150, 116), (190, 176), (268, 170), (262, 96)),
        *bezier((262, 96), (250, 0), (210, -96), (130, -84)),
    ]
    pen.shape(outline, CREAM)
    pen.box(-168, -20, 92, 30, NAVY, radius=8)
    pen.box(-137, -51, 30, 92, NAVY, radius=8)
    for x, y, colour in ((122, -42, RED), (122, 32, "#2f9e6a"), (85, -5, "#2b7de9"), (159, -5, GOLD)):
        pen.disc(x, y, 21, colour)
    pen.box(-34, -20, 26, 14, DEEP_STEEL, radius=7)
    pen.box(8, -20, 26, 14, DEEP_STEEL, radius=7)


def romance(pen: Pen) -> None:
    """Shows a rose whose stem is a hook: sweet words, a barb beneath."""
    with pen.at(96, 0, -8, 1.16):
        pen.stroke([(40, 0), (40, 210)], 34, "#1f7a50")
        line = [(40, 200), *arc(-60, 210, 100, 0, 180), (-160, 160)]
        pen.stroke(line, 34, "#1f7a50")
        pen.shape([(-177, 162), (-160, 40), (-96, 176), (-143, 160)], "#1f7a50")
        for y, side in ((80, 1), (150, -1)):
            pen.shape([(40 + side * 12, y - 14), (40 + side * 48, y - 8), (40 + side * 12, y + 14)], "#1f7a50")
        leaf = [
            *bezier((48, 130), (110, 20), (230, 40), (260, 70)),
            *bezier((260, 70), (210, 140), (120, 170), (48, 130)),
        ]
        pen.shape(leaf, "#2f9e6a")
        pen.stroke([(60, 126), (200, 78)], 8, "#1f7a50")
        _bloom(pen)
    with pen.at(-196, -250, -4):
        bubble(pen, -140, -70, 270, 134, fill=PAPER, tail="right")
        pen.text(-5, -4, "亲爱的", 64, "#d6336c")


def _bloom(pen: Pen) -> None:
    with pen.at(40, -110):
        for turn in (-34, 34):
            with pen.at(0, 40, turn):
                pen.shape(
                    [
                        *bezier((0, 90), (-210, 60), (-170, -190), (0, -170)),
                        *bezier((0, -170), (170, -190), (210, 60), (0, 90)),
                    ],
                    "#b3181c",
                )
        pen.shape(
            [
                *bezier((-190, -60), (-200, 150), (200, 150), (190, -60)),
                *bezier((190, -60), (100, 40), (-100, 40), (-190, -60)),
            ],
            "#e5322d",
        )
        pen.shape(
            [
                *bezier((-140, -120), (-190, 90), (60, 130), (130, -60)),
                *bezier((130, -60), (60, 10), (-80, 0), (-140, -120)),
            ],
            "#f04a45",
        )
        pen.shape(
            [
                *bezier((140, -130), (180, 60), (-40, 110), (-100, -70)),
                *bezier((-100, -70), (-30, 0), (70, -20), (140, -130)),
            ],
            "#e5322d",
        )
        pen.oval(4, -118, 128, 66, "#b3181c")
        pen.stroke(bezier((-92, -116), (-60, -168), (70, -170), (92, -116)), 20, "#f04a45")
        pen.stroke(bezier((-60, -108), (-30, -70), (60, -74), (62, -120)), 18, "#f04a45")
        pen.stroke(bezier((-22, -118), (-10, -144), (28, -142), (26, -114)), 16, "#f6716d")
