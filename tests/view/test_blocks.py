"""The blocks of pages: each has its macro, and text in it stays text."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from optimizer.view.page import blocks
from optimizer.view.page.blocks import Block, Column

from .test_report import SCRIPT

CASES: list[Block] = [
    blocks.Beside("pair", [[SCRIPT], [blocks.Code(SCRIPT)]]),
    blocks.Code(SCRIPT),
    blocks.Drawing(f'" onload="{SCRIPT}', "0 0 1 1", Markup("<g></g>")),
    blocks.Facts([(SCRIPT, SCRIPT)], label=SCRIPT),
    blocks.Generic(SCRIPT),
    blocks.Inner(SCRIPT),
    blocks.Links([(f'" onclick="{SCRIPT}', SCRIPT)]),
    blocks.Note(SCRIPT),
    blocks.Paragraph([SCRIPT, blocks.Generic()]),
    blocks.Points(SCRIPT, [(SCRIPT, SCRIPT), ("", SCRIPT)]),
    blocks.Pixels(SCRIPT, "AAAA"),
    blocks.Table(SCRIPT, [Column(SCRIPT), Column(SCRIPT, choice=True)], [[SCRIPT, SCRIPT]], pinned=[SCRIPT, SCRIPT]),
]


@pytest.mark.parametrize("block", CASES, ids=lambda block: type(block).__name__)
def test_text_stays_text(block: Block) -> None:
    written = block.__html__()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written
    assert SCRIPT not in written
    assert ' onload="' not in written
    assert ' onclick="' not in written


def test_each_block_is_tried() -> None:
    assert {type(block) for block in CASES} == set(Block.__subclasses__()) - {blocks.Atlas}


def test_rows_have_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="shorter"):
        blocks.Table("t", [Column("a"), Column("b")], [["1"]]).__html__()
