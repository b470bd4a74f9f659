"""Drawings for the six rules: what the call or the message is about."""

from tools.starter.parts import (
    CREAM,
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
    phone,
)
from tools.starter.pen import Pen, arc, bezier


def handset(pen: Pen, colour: str = INK) -> None:
    """Draws a telephone receiver around the origin, lying flat."""
    pen.stroke(bezier((-190, 40), (-120, -110), (120, -110), (190, 40)), 84, colour)
    for side in (-1, 1):
        with pen.at(side * 196, 62, side * 28):
            pen.box(-72, -52, 144, 120, colour, radius=34)


def bank_card(pen: Pen) -> None:
    """Shows a bank card, and a call about it."""
    with pen.at(20, 90, -10):
        pen.box(-300, -180, 600, 380, SHADE, radius=40)
        pen.box(-310, -196, 600, 380, "#2b7de9", radius=40)
        pen.box(-310, -120, 600, 78, NAVY)
        pen.box(-260, 10, 110, 84, GOLD, radius=16)
        pen.box(-212, 10, 12, 84, "#b97700")
        for i in range(4):
            pen.box(-110 + i * 96, 40, 74, 26, PAPER, radius=13)
        pen.box(-260, 124, 240, 22, "#a9cdfb", radius=11)
    with pen.at(-110, -250, -28, 0.9):
        handset(pen, CREAM)


def prize(pen: Pen) -> None:
    """Shows a gift box that is baited with coins."""
    pen.oval(0, 330, 320, 36, SHADE)
    for x, y, r, turn in (
        (-230, -150, 62, -12),
        (220, -190, 74, 10),
        (0, -290, 66, 0),
        (-120, -260, 44, 8),
        (130, -310, 42, -8),
    ):
        with pen.at(x, y, turn):
            coin(pen, r)
    pen.box(-250, 0, 500, 330, RED, radius=18)
    pen.box(-52, 0, 104, 330, YELLOW)
    pen.box(-290, -70, 580, 110, "#c2182b", radius=18)
    pen.box(-60, -70, 120, 110, GOLD)
    for side in (-1, 1):
        loop = [
            *bezier((0, -70), (side * 60, -220), (side * 230, -200), (side * 190, -110)),
            *bezier((side * 190, -110), (side * 160, -60), (side * 60, -60), (0, -70)),
        ]
        pen.stroke(loop, 30, YELLOW)
    pen.disc(0, -78, 36, GOLD)
    pen.text(150, 190, "大奖", 92, CREAM)
    pen.text(-150, 190, "恭喜", 92, CREAM)


def transfer(pen: Pen) -> None:
    """Shows one call that is handed on to a puppet of another."""
    with pen.at(-130, -190, -24):
        handset(pen, CREAM)
    with pen.at(140, 220, 156):
        handset(pen, INK)
    pen.stroke(bezier((-60, -60), (-260, 120), (-240, 260), (-60, 300)), 22, YELLOW)
    pen.shape([(-70, 236), (56, 306), (-70, 372)], YELLOW)
    pen.stroke(bezier((80, -20), (260, -100), (300, -160), (250, -290)), 22, YELLOW)
    pen.shape([(188, -262), (246, -396), (318, -270)], YELLOW)
    with pen.at(0, 14):
        pen.box(-190, -62, 380, 124, RED, radius=62)
        pen.text(0, 0, "正在转接…", 70, PAPER)


def text_message(pen: Pen) -> None:
    """Shows a short message with a link in it, and a bin."""
    with pen.at(-70, 20):
        phone(pen, 440, 740, "#e8f1ff")
        pen.box(-176, -260, 352, 360, PAPER, radius=28)
        pen.box(-146, -220, 220, 30, STEEL, radius=15)
        pen.box(-146, -160, 290, 24, STEEL, radius=12)
        pen.box(-146, -110, 250, 24, STEEL, radius=12)
        pen.box(-146, -40, 292, 96, "#2b7de9", radius=20)
        pen.text(0, 8, "点击链接", 58, PAPER)
    with pen.at(190, 200, 8):
        pen.shape([(-130, -110), (130, -110), (100, 180), (-100, 180)], INK)
        pen.box(-150, -150, 300, 46, INK, radius=20)
        pen.box(-46, -190, 92, 60, INK, radius=18)
        for x in (-56, 0, 56):
            pen.stroke([(x, -60), (x * 0.8, 130)], 22, YELLOW)


def strange_link(pen: Pen) -> None:
    """Shows a chat with somebody unknown who sends a link with a hook in it."""
    with pen.at(-290, -190):
        pen.disc(0, 0, 88, INK)
        pen.text(0, -4, "?", 120, YELLOW)
    bubble(pen, -170, -290, 520, 200, fill=PAPER, tail="left")
    pen.text(90, -192, "快看这个！", 88, NAVY)
    bubble(pen, -170, -20, 520, 270, fill=PAPER, tail="left")
    with pen.at(90, 112, -30):
        for x, colour in ((-86, "#2b7de9"), (86, RED)):
            ring = [*arc(x - 46, 0, 62, 90, 270, steps=20), *arc(x + 46, 0, 62, 270, 450, steps=20)]
            pen.stroke(ring, 34, colour, closed=True)
        pen.stroke([(-60, -62), (-40, -62)], 34, "#2b7de9")
    with pen.at(-290, 80):
        pen.disc(0, 0, 88, INK)
        pen.text(0, -4, "?", 120, YELLOW)
    pen.disc(300, 290, 96, RED)
    pen.stroke([(258, 248), (342, 332)], 30, PAPER)
    pen.stroke([(342, 248), (258, 332)], 30, PAPER)
