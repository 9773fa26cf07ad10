# ruff: noqa: INP001  (part of the site, no package)
"""What the built site has beside its pages: colours of code, and the search index as a script. A hook of MkDocs."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from pygments.formatters import HtmlFormatter


def on_post_build(config: MkDocsConfig) -> None:
    """Write them, after the search plugin has written its index."""
    site = Path(config.site_dir)
    (site / "css" / "code.css").write_text(HtmlFormatter().get_style_defs(".highlight"), "utf-8")
    index = site / "search" / "search_index.json"
    index.with_suffix(".js").write_text(f"globalThis.searchIndex = {index.read_text('utf-8')};\n", "utf-8")
