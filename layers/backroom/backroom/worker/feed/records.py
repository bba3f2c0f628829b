"""A row of a feed as it is read one by one, and the names under which more than its columns is said of it."""

from collections.abc import Iterator, Mapping

ROW = "__row__"
"""The column with a row's number as a person counts it: the first row of a table of text is its header."""
REST = "__rest__"
"""Where a row has more values than there are columns: the first of them."""
Record = Mapping[str, str | None]
"""Texts by the names of their columns; a value that is not there is None or missing."""
Records = Iterator[tuple[int, Record]]
"""Rows with their numbers."""
