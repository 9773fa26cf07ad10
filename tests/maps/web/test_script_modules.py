"""The scripts of the map: modules joined to one script, each in a scope of its own, in the order that they need."""

from __future__ import annotations

import pytest

from maps.web.offline_page import page_script
from maps.web.web_map import ASSETS


@pytest.fixture
def joined(tmp_path):
    """A function that joins some modules, of which the first is the entry."""

    def join(**modules: str) -> str:
        for name, text in modules.items():
            (tmp_path / f"{name}.js").write_text(text, "utf-8")
        return page_script(tmp_path, next(iter(modules)))

    return join


def test_a_module_stands_once_after_what_it_imports(joined) -> None:
    script = joined(
        top='import { two } from "./left.js";\nimport { three } from "./right.js";\nexport const open = two + three;\n',
        left='import { one } from "./base.js";\nexport const two = one + 1;\n',
        right='import { one } from "./base.js";\nexport const three = one + 2;\n',
        base="const hidden = 1;\nexport const one = hidden;\nexport async function later() {}\n",
        unused="export const other = 1;\n",
    )
    assert script.splitlines() == [
        "const zoneplan = globalThis.zoneplan = (() => {",
        '"use strict";',
        "const base_js = (() => {",
        "const hidden=1;const one=hidden;async function later(){}return { one, later };",
        "})();",
        "const left_js = (() => {",
        "const{one}=base_js;const two=one+1;return { two };",
        "})();",
        "const right_js = (() => {",
        "const{one}=base_js;const three=one+2;return { three };",
        "})();",
        "const top_js = (() => {",
        "const{two}=left_js;const{three}=right_js;const open=two+three;return { open };",
        "})();",
        "return top_js;",
        "})();",
    ]


def test_comments_and_types_stay_behind(joined) -> None:
    script = joined(
        top="// What it is.\n\n/**\n * @param {number} one\n */\n"
        "export function open(one) {\n  return /** @type {any} */ (one); // kept\n}\n"
    )
    assert script.splitlines()[3:5] == ["function open(one){return (one); // kept", "}return { open };"]


def test_texts_patterns_and_templates_stay_as_they_are(joined) -> None:
    lines = [
        "say(\"a = b, c\", 'x + y');",
        "const pattern = /[ ,] = /;",
        "return `${one ? `(a, b)` : two}, c`;",
    ]
    script = joined(top="export function open(one, two, say) {\n" + "\n".join(lines) + "\n}\n").splitlines()
    first = "function open(one,two,say){say(\"a = b, c\",'x + y');"
    assert script[3:5] == [first + lines[1], lines[2]]


def test_modules_in_a_ring_are_refused(joined) -> None:
    with pytest.raises(ValueError, match="in a ring: one, two, one"):
        joined(
            one='import { b } from "./two.js";\nexport const a = 1;\n',
            two='import { a } from "./one.js";\nexport const b = 1;\n',
        )


@pytest.mark.parametrize(
    "line",
    [
        'import * as all from "./two.js";',
        'import two from "./two.js";',
        'import "./two.js";',
        "export default 1;",
        "export { one };",
        "export let one = 1;",
    ],
)
def test_what_cannot_be_joined_is_refused(joined, line: str) -> None:
    with pytest.raises(ValueError, match=r"top\.js: a module says"):
        joined(top=f"{line}\n", two="export const two = 2;\n")


def test_every_script_is_on_the_page() -> None:
    joined = page_script(ASSETS)
    assert [path.name for path in ASSETS.glob("*.js") if f"const {path.stem}_js = " not in joined] == []


def test_no_text_of_a_script_spans_lines_or_looks_like_a_comment() -> None:
    """The page has our scripts without indentation and comments, which would change such a text."""
    lines = [(path.name, line) for path in ASSETS.glob("*.js") for line in path.read_text("utf-8").splitlines()]
    assert [(name, line) for name, line in lines if line.count("`") % 2] == []
    assert [(name, line) for name, line in lines if "/*" in line.split("/**")[0]] == []
