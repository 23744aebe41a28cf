"""Fixtures that tests of all parts share, and the order of all tests."""

from __future__ import annotations

import pytest

from tests.browser import browser, open_page

__all__ = ["browser", "open_page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with notebooks, each of many seconds: none is left to one process while the others are done."""
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")
