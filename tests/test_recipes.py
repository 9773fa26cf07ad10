"""Recipes of "How to add" are true: each is followed to the letter in a copy of the tree, and what it runs passes.

Code is taken out of the page: fenced blocks, and indented ones, which are parts of files. What the page says in prose
stands here as an edit, after a look that it still says so. Left out is what only tells people: the changelog, a
sentence on another page. "A country" and "An indicator" are followed by ``test_docs``; nobody follows "A column that
people see" yet.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.all import copy_tree
from tests.test_docs import BLOCK, DOCS

pytestmark = pytest.mark.whole
PAGE = (DOCS / "how_to_add.md").read_text("utf-8")
INDENTED = re.compile(r"(?:^    .*\n(?:\n(?=    ))?)+", re.MULTILINE)
CATALOGUES = "maps/words/catalogues/*.po"
PHRASES = "maps/words/catalogues/phrases/*.po"


class Recipe:
    """A section of the page: its text, and its blocks in their order."""

    def __init__(self, title: str) -> None:
        self.text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        self.python = [match[2] for match in BLOCK.finditer(self.text) if match[1] == "python"]
        plain = INDENTED.findall(BLOCK.sub("", self.text) + "\n")
        self.parts = [part for block in plain for part in textwrap.dedent(block).strip().split("\n\n")]

    def part(self, beginning: str) -> str:
        """The indented block that begins so."""
        (part,) = (part for part in self.parts if part.startswith(beginning))
        return part

    def says(self, *words: str) -> None:
        """See that the page has these words still, wherever its lines end."""
        text = " ".join(self.text.split())
        assert [sentence for sentence in words if sentence not in text] == []

    @property
    def function(self) -> str:
        """What the first block of Python defines, without its imports."""
        return self.python[0][self.python[0].index("def ") :]

    @property
    def commands(self) -> list[str]:
        return [line for part in self.parts for line in part.splitlines() if line.startswith(("pytest ", "python "))]


class Tree:
    """A copy of the tree, in which a recipe is followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copy_tree(folder)

    def edit(self, path: str, before: str, after: str) -> None:
        text = (self.folder / path).read_text("utf-8")
        assert text.count(before) == 1, f"{path} has {text.count(before)} times: {before}"
        (self.folder / path).write_text(text.replace(before, after), "utf-8")

    def below(self, path: str, line: str, part: str) -> None:
        """Put a part below a line, or some, as far from the left."""
        indent = line[: len(line) - len(line.lstrip())]
        self.edit(path, f"{line}\n", f"{line}\n{textwrap.indent(part, indent)}\n")

    def append(self, path: str, text: str) -> None:
        with (self.folder / path).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{text.strip()}\n")

    def add_entry(self, pattern: str, entry: str) -> None:
        """Put an entry into each catalogue, at its place by the alphabet; in Chinese it has a Chinese word."""
        for path in self.folder.glob(pattern):
            said = entry.replace('msgstr "', 'msgstr "译') if path.stem == "zh" else entry
            entries = path.read_text("utf-8").rstrip("\n").split("\n\n")
            later = next(n for n, other in enumerate(entries) if msgid(other) > msgid(entry))
            path.write_text("\n\n".join([*entries[:later], said, *entries[later:]]) + "\n", "utf-8")

    def print_anew(self, path: str, function: str) -> None:
        """Put what the example of a function prints now in the place of what it printed."""
        text = (self.folder / path).read_text("utf-8")
        docstring = text.partition(f"def {function}(")[2].split('"""')[1]
        *others, last = doctest.DocTestParser().get_examples(docstring)
        program = "".join(example.source for example in others) + f"print({last.source.strip()})"
        indent = " " * last.indent
        self.edit(path, textwrap.indent(last.want, indent), textwrap.indent(self.run("-c", program), indent))

    def run(self, *arguments: str, folder: Path | None = None, code: int = 0) -> str:
        """What a call of Python prints, with the modules of the copy, and in it where no folder is named."""
        environment = os.environ | {"PYTHONPATH": str(self.folder), "PYTEST_ADDOPTS": ""}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder or self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == code, f"{shlex.join(arguments)}\n{printed[-6000:]}"
        return printed

    def run_all(self, commands: Iterable[str]) -> None:
        for command in commands:
            program, *arguments = shlex.split(command)
            self.run(*(["-m", "pytest", "-q", *arguments] if program == "pytest" else arguments))


def msgid(entry: str) -> str:
    """The key of an entry of a catalogue; none of its head."""
    key = re.search(r'^msgid "(.*)"$', entry, re.MULTILINE)
    return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], key[1]) if key else ""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "zoneplan")


def test_a_measure_of_every_unit(tree: Tree) -> None:
    recipe = Recipe("A measure of every unit")
    measures, of_measures = "zoning/measures/unit_measures.py", "tests/zoning/measures/test_unit_measures.py"
    second, sources = "tests/zoning/study/test_builtin_measures.py", "zoning/pipeline/column_sources.py"
    recipe.says(f"In `{of_measures}` the new name stands at the end of the columns that two tests list.")
    tree.below(of_measures, '        *("available_ha", "available_in_boundary_ha"),', '"compactness",')
    tree.edit(of_measures, '[-3:] == ["f_ha", "available_ha", "available_in_boundary_ha"]',
              '[-4:] == ["f_ha", "available_ha", "available_in_boundary_ha", "compactness"]')  # fmt: skip
    recipe.says(f"`SecondProgram.table` of `{second}` computes it a second way, before it goes through the layers")
    tree.below(second, '        layers = self.plan["layers"]', recipe.part("globe = "))

    recipe.says(f"**2. The function**, in `{measures}`", "its imports are there already")
    tree.append(measures, recipe.function)
    recipe.says(
        f"one more `yield` at the end of `_columns_by_source` in `{measures}`", f"their entry in each of `{PHRASES}`"
    )
    tree.below(
        measures, '    yield Phrase("the overlay"), _available(units, pieces, layers, rulebook)', recipe.part("yield ")
    )
    tree.add_entry(PHRASES, recipe.part('msgid "the shape'))
    recipe.says(
        f"at the end of `ADDED` in `{sources}`", f"its title in each language in the catalogues, `{CATALOGUES}`"
    )
    tree.edit(sources, '"available_in_boundary_ha")', '"available_in_boundary_ha", "compactness")')
    tree.add_entry(CATALOGUES, recipe.part('msgid "measure.compactness"'))
    recipe.says("**5. The example** of `zp.measure` prints all columns: print it anew")
    tree.print_anew(measures, "measure")
    tree.run_all(recipe.commands)


def test_a_raster_statistic(tree: Tree) -> None:
    recipe = Recipe("A raster statistic")
    formulas, distributions = "layers/conditions/formulas.py", "layers/raster/distributions.py"
    of_formulas = "tests/layers/conditions/test_measure_formulas.py"
    of_distributions, statistics = "tests/layers/raster/test_distributions.py", "layers/raster/zonal_statistics.py"
    recipe.says(f"one more row of `test_formulas_of_the_contract` in `{of_formulas}`")
    tree.below(
        of_formulas, '        ("majority(value)", "majority", "value", ("raster",)),', recipe.part('("diversity')
    )
    recipe.says(f"in `{of_distributions}`, where the new name is imported, too")
    tree.edit(of_distributions, "distribution, majority,", "distribution, diversity, majority,")
    tree.append(of_distributions, recipe.part("def test_"))

    recipe.says(
        f"an entry of `FIXED` in `{formulas}`", "`FORMS` below it tells people what there is, here of a `raster`"
    )
    tree.below(formulas, '        "majority": ("value", ("raster",)),', recipe.part('"diversity": ('))
    tree.below(formulas, '            "majority(value)",', recipe.part('"diversity(value)"'))
    recipe.says(f"**3. The number**, in `{distributions}`", "Its imports are there already")
    tree.append(distributions, recipe.function)
    recipe.says(f'`"diversity": diversity` in `ORDERED` of `{statistics}`, and its import there')
    tree.edit(statistics, '{"majority": majority}', '{"majority": majority, "diversity": diversity}')
    tree.below(statistics, "    majority,", "diversity,")
    tree.run_all(recipe.commands)


def test_a_kind_of_agreement(tree: Tree) -> None:
    recipe = Recipe("A kind of agreement")
    agreement, of_agreement = "zoning/study/agreement.py", "tests/zoning/study/test_agreement.py"
    recipe.says(f"**1. The test**, in `{of_agreement}`", "**2. The module**, `toll.py` in `zoning/study`")
    tree.append(of_agreement, recipe.part("def test_"))
    (tree.folder / "zoning/study/toll.py").write_text(f'"""Tolls."""\n\n{recipe.python[0]}', "utf-8")
    recipe.says(
        f"in `{agreement}`, which imports both: `TOLL` in `KINDS`",
        '`TollTerms` before the others in the bases of `Agreement`, `"toll"` among the values of its `kind`',
    )
    last_import = "from zoning.study.flow_rows import (\n"
    tree.edit(agreement, last_import, f"from zoning.study.toll import TOLL, TollTerms\n{last_import}")
    tree.edit(agreement, "(POOLED, INDEX, LOAD, COMPLIANCE)", "(POOLED, INDEX, LOAD, COMPLIANCE, TOLL)")
    tree.edit(agreement, "class Agreement(Compliance", "class Agreement(TollTerms, Compliance")
    tree.edit(agreement, '"load", "compliance"]', '"load", "compliance", "toll"]')
    recipe.says(f"in each catalogue, `{CATALOGUES}`", f"what `_faults` says in `{PHRASES}`")
    tree.add_entry(CATALOGUES, recipe.part('msgid "flow.toll"'))
    tree.add_entry(PHRASES, recipe.part("msgid \"'{party}'"))
    tree.run_all(recipe.commands)


def test_an_error(tree: Tree) -> None:
    recipe = Recipe("An error")
    refusal = textwrap.indent(recipe.part("raise SourceError("), " " * 4)
    tree.append(
        "layers/formats/workbooks.py", f"def only_sheet(name: str, path: Path, sheets: list[str]) -> None:\n{refusal}"
    )
    recipe.says(f"an entry in each of `{PHRASES}`, at its place by the alphabet. English needs none.")
    tree.add_entry(PHRASES, recipe.part("msgid "))
    expected = 'pytest.raises(SourceError, match="3 sheets")'
    recipe.says(f"**3. The test**, beside those of the step, asks for it with `{expected}`")
    call = 'workbooks.only_sheet("heights", Path("a.xlsx"), ["a", "b", "c"])'
    of_workbooks = "tests/layers/formats/test_workbooks.py"
    tree.append(of_workbooks, f"def test_one_sheet():\n    with {expected}:\n        {call}")
    tree.below(
        of_workbooks, "from layers.errors import LimitError, SourceError", "from layers.formats import workbooks"
    )
    tree.run_all([f"pytest {of_workbooks}::test_one_sheet", *recipe.commands])


def test_a_language(tree: Tree, toy_folder: Path) -> None:
    recipe = Recipe("A language")
    recipe.says(
        "`es.po` in `maps/words/catalogues`, a copy of `en.po`", "The header says the language and its rule of plurals"
    )
    recipe.says("`es.po` in `maps/words/catalogues/phrases`, a copy of another language's, such as `pt.po`")
    catalogues = tree.folder / "maps/words/catalogues"
    entry = recipe.part("msgid ")
    for original, copy in (("en.po", "es.po"), ("phrases/pt.po", "phrases/es.po")):
        text = (catalogues / original).read_text("utf-8")
        for line in recipe.part('"Language: ').splitlines():
            text = re.sub(
                f"^{line.partition(' ')[0]} .*$", line.replace("\\", r"\\"), text, count=1, flags=re.MULTILINE
            )
        entries = [entry if msgid(other) == msgid(entry) else other for other in text.split("\n\n")]
        (catalogues / copy).write_text("\n\n".join(entries), "utf-8")
    tree.run_all(recipe.commands)

    recipe.says(
        '`languages = ["en", "es"]` in its `rulebook.toml`, and `es = "..."` beside the other languages of each'
    )
    rules = toy_folder / "rules"
    head = (rules / "rulebook.toml").read_text("utf-8")
    (rules / "rulebook.toml").write_text(head.replace('["en"]', '["en", "es"]'), "utf-8")
    recipe.says("`zoneplan check FOLDER` names those that are missing")
    assert "no text in es" in tree.run("-m", "zoneplan", "check", "rules", folder=toy_folder, code=2)
    for path in rules.glob("*.toml"):
        path.write_text(re.sub(r'\ben = (".*?")', r"en = \1, es = \1", path.read_text("utf-8")), "utf-8")
    recipe.says("zoneplan run plan.toml --lang es")
    tree.run("-m", "zoneplan", "run", "plan.toml", "--lang", "es", folder=toy_folder)
