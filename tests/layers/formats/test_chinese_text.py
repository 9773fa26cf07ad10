"""GB18030 where nothing says so: Chinese is told from what only looks like it, and the ledger tells of it."""

from __future__ import annotations

import pytest

from layers.errors import SourceError
from layers.formats import read_features, read_table
from layers.formats.csv_files import BOM, is_clearly_chinese

CHINESE = {
    "units": "代码,名称,人口\n530600,昭通市,509\n520500,毕节市,689\n530300,曲靖市,576\n",
    "land": "编号,土地利用类型\n1,耕地\n2,林地\n3,城镇建设用地\n",
    "mixed": "code,name\n01,Kunming 昆明市\n02,迪庆藏族自治州\n",
}
OTHERS = {
    "Korean": ("euc_kr", "코드,이름\n1,경상북도\n2,전라남도\n3,서울특별시\n4,대전광역시\n5,강원도 춘천시\n"),
    "Korean names in Chinese signs": ("euc_kr", "이름\n慶尙北道,全羅南道,江原道\n"),
    "Japanese": ("euc_jp", "コード,名前\n1,北海道\n2,東京都\n3,大阪市\n4,あいち県\n"),
    "Japanese of another kind": ("shift_jis", "コード,名前\n1,北海道\n2,東京都\n"),
    "Russian": ("cp1251", "код,имя\n1,Москва\n2,Ростов\n3,Новосибирск\n"),
    "Russian capitals of even length": ("cp1251", "МОСКВА,РОСТОВ\nВОРОНЕЖЪ,ИРКУТСКЪ\n"),
    "Russian of another kind": ("koi8_r", "код,имя\n1,Москва\n2,Ростов\n"),
    "French": ("cp1252", "code,nom\n1,Besançon\n2,Orléans\n3,Sète\n"),
    "Portuguese": ("cp1252", "código,município\n1,São Paulo\n2,Goiânia\n3,Maceió\n"),
    "Greek": ("cp1253", "κωδικός,όνομα\n1,Αθήνα\n2,Θεσσαλονίκη\n"),
    "Vietnamese": ("cp1258", "Hà Nội\n"[:3] + "\n"),
    "Thai": ("tis_620", "รหัส,ชื่อ\n1,กรุงเทพมหานคร\n2,เชียงใหม่\n"),
    "Taiwanese": ("big5", "代碼,名稱\n1,臺北市\n2,高雄市\n3,花蓮縣\n"),
}


@pytest.mark.parametrize("text", CHINESE)
@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312"])
def test_chinese_is_clear(text, encoding):
    assert is_clearly_chinese(CHINESE[text].encode(encoding))


@pytest.mark.parametrize("language", OTHERS)
def test_what_only_looks_like_it_is_not(language):
    encoding, text = OTHERS[language]
    assert not is_clearly_chinese(text.encode(encoding))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "名\n"])
def test_too_little_is_never_clear(text):
    assert not is_clearly_chinese(text.encode("gb18030"))


def test_a_table_is_read_with_a_row_of_the_ledger(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(CHINESE["units"].encode("gb18030"))
    table, ledger = read_table(path, "people.csv", "代码")
    assert table.loc["530600"].tolist() == ["昭通市", 509]
    assert len(ledger) == 1
    assert "read as GB18030" in str(ledger.iloc[0].tolist())
    asked, silent = read_table(path, "people.csv", "代码", encoding="gbk")
    assert asked.equals(table)
    assert silent.empty


def test_a_mark_of_order_is_no_guess(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(BOM + "code,name\n1,é\n".encode("gb18030"))
    table, ledger = read_table(path, "people.csv", "code")
    assert table["name"].tolist() == ["é"]
    assert ledger.empty


def test_points_of_a_layer_too(tmp_path):
    path = tmp_path / "plants.csv"
    path.write_bytes("名称,x,y\n昭通市电厂,103,27\n毕节市水电厂,105,27\n".encode("gb18030"))
    features, ledger = read_features(path, "plants", x="x", y="y", crs="EPSG:4490")
    assert features["名称"].tolist() == ["昭通市电厂", "毕节市水电厂"]
    assert "read as GB18030" in str(ledger.to_dict())


def test_what_is_not_clear_is_refused_as_before(tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes("code,name\n1,Besançon\n".encode("cp1252"))
    with pytest.raises(SourceError, match=r"people.csv is not in UTF-8 \(byte 18\). Save it as UTF-8, or say"):
        read_table(path, "people.csv", "code")
