"""Cuts the player's two bundled fonts out of the Noto Sans CJK collections.

    python tools/fonts/subset.py [--from /usr/share/fonts/opentype/noto] [--to player/fonts]

Kept: every character of GB 2312, some hundred hanzi of people's and places' names, Latin, punctuation and a
few signs. Dropped: every OpenType layout table (the player lays text out itself, without a shaping engine) and the
vertical metrics. The hints stay: on a 64-pixel LED panel they decide whether a horizontal stroke is a line or a smear.
"""

import argparse
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

WEIGHTS = ("Medium", "Black")
FACE = "Noto Sans CJK SC"
MAX_BYTES = 3_000_000
DROPPED_TABLES = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]

LATIN = range(0x20, 0x7F), range(0xA0, 0x180)
PUNCTUATION = range(0x2010, 0x2028), range(0x2030, 0x203E), range(0x3000, 0x3020)
FULL_WIDTH = range(0xFF01, 0xFF5F), range(0xFFE0, 0xFFE6)
SIGNS = range(0x2460, 0x2488), range(0x2160, 0x216C), range(0x2776, 0x2780), range(0x2190, 0x219A)
SINGLE_SIGNS = "℃℉№℡™€₩§¶•‣●○◎◆◇■□▲△▼▽★☆☎☏✓✔✗✘✕⚠☀☁☂♀♂♥♪㎡㎏㎞㎜㎝㎎㏄㈠㈡㈢㈣㈤㈥㊀㊁㊂㊙㊣‰×÷±≤≥≠≈∞→←↑↓▶◀►◄⇒⇨➜"
# Hanzi beyond GB 2312 that stand in names of people and places, most of them of 通用规范汉字表 (2013), third level.
NAMES = (
    "㛃㧑㬎㬚㭎㳇㴔㸆㻬㽏䂮䃅䌹䏝䓖䓬䗪䜣䝙䢼䥇䥑䥽䲟䴓䴕䴖䴗䴘䴙䶮䶯佢倓倢倧偁偲傕儀冇冏凃凖凪劼勍勔卋卲厷叆叒叡吳呣"
    "咗哋啲喆喺嘅嘢嚞圐垚垟垾埇埗堃堉堎堽塆塝塱墈壪奡妘姈姌姞姮婳媖媞嫄嫕嫚嬿孖屾峂峣崟嵖嵚巖弎弢彣彧悊惇愔愷慜扆抃旸"
    "旻旼旿昄昇昉昑昫昰昳昺晅晊晙晛晞晢晫晳晹暅暐暕暟暲曈曌朹杺杻柷栻梽棨棪棻楙樑橞汈汭沄沚泇泜洢洸洺浉浛浡浥浲涐涘涢"
    "涴淏淛淯渟渼湉湑湜湲湳溁溇溠滃滉滐滘滪漈漋漷潏潕潟澂澔澛澥濛濬瀍灃炆炑炘炟炣炤烜烝焄焜焻煐熇熥燊燏燚爀爔牂犇玕玘"
    "玙玚玠玡玥玭玱玶玹玼玿珅珌珖珝珣珪珫珬珮珺珽琀琇琎琟琡琤琯琲瑀瑄瑅瑆瑝瑢瑨瑱璆璈璒璘璟璠璥璪璬璲瓘瓛甡畇皞盉瞾矞"
    "硚碶磏礽祃祊祎祏祐禔禛禤秾稑穟竑筼纁纮绤绹缊缐羑翀翙翚翛翯芃芣苧苾茞荙莙菂菉萩蒨蓂薳虓虤袆褆訚詝諴谞豨贇贠赟赪躭"
    "辀遹邘邽郃郕郚鄀鄌鄑鄘鄚鄜鄠鄩鄫鄷鄺釗钖钘铚铻锜锳锽镈镕镠阇霙霨鞮颋颎颙飏飐飝骉骙髙鹍鹓鹔龑龢𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣"
    "𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫁡𫂈𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎"
    "𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬍛𬍤𬎆𬘓𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽"
    "𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚"
    "𬸣𬸦𬸪𬹼𬺈𬺓"
)


def gb2312() -> set[int]:
    """All characters that GB 2312 encodes: 6,763 hanzi and its symbols."""
    found: set[int] = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            found.update(map(ord, bytes((row, cell)).decode("gb2312", errors="ignore")))
    return found


def wanted() -> set[int]:
    """Code points that the bundled fonts should have."""
    points = gb2312() | set(map(ord, SINGLE_SIGNS)) | set(map(ord, NAMES))
    for part in (*LATIN, *PUNCTUATION, *FULL_WIDTH, *SIGNS):
        points.update(part)
    return points


def face_of(collection: Path, family: str) -> TTFont:
    """The face of a collection that bears this family name."""
    for font in TTCollection(str(collection), lazy=True).fonts:
        if (font["name"].getDebugName(16) or font["name"].getDebugName(1)) == family:
            return font
    sys.exit(f"{collection}: no face named {family}")


def cut(font: TTFont, points: set[int], target: Path) -> tuple[int, int]:
    """Writes the subset; returns how many code points and bytes it has."""
    options = subset.Options()
    options.hinting = True
    options.desubroutinize = False
    options.layout_features = []
    options.drop_tables += DROPPED_TABLES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17]
    options.name_languages = [0x0409]
    options.notdef_outline = True
    options.glyph_names = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    version = font["name"].getName(5, 3, 1, 0x0409)
    font["name"].setName(f"{version}; subset for Wuzha", 5, 3, 1, 0x0409)
    # A date of its own would make two runs differ.
    font.recalcTimestamp = False
    font.save(str(target))
    return len(font.getBestCmap()), target.stat().st_size


def main() -> None:
    """Cuts both weights and says what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--from", dest="source", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("--to", dest="target", type=Path, default=Path(__file__).parents[2] / "player" / "fonts")
    arguments = parser.parse_args()
    points = wanted()
    for weight in WEIGHTS:
        target = arguments.target / f"NotoSansSC-{weight}.otf"
        count, size = cut(face_of(arguments.source / f"NotoSansCJK-{weight}.ttc", FACE), points, target)
        print(f"{target}: {count} of {len(points)} code points, {size:,} bytes")
        if size > MAX_BYTES:
            sys.exit(f"{target}: larger than {MAX_BYTES:,} bytes")


if __name__ == "__main__":
    main()
