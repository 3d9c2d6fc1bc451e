"""Reads the opening hours of shops from a table."""

import csv
import logging
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)
MINUTES = 60


@dataclass(frozen=True)
class Hours:
    """The time between opening and closing, in minutes after midnight."""

    opens: int
    closes: int

    def contains(self, minute: int) -> bool:
        """Return whether a minute falls within these hours.

        Shops that close after midnight wrap around (e.g. 18:00 to 02:00), so
        the caller need not split such a day via two entries.
        """
        if self.opens <= self.closes:
            return self.opens <= minute < self.closes
        return minute >= self.opens or minute < self.closes


def parse_minutes(text: str) -> int:
    """Parse ``HH:MM`` into minutes after midnight."""
    # Split the text into hours and minutes
    hours, _, minutes = text.partition(":")
    return int(hours) * MINUTES + int(minutes or 0)


def load_hours(path: Path, default_hours: Hours | None = None) -> dict[str, Hours]:
    """Load the hours of every shop in a table.

    Raises:
        OSError: If the table is missing.
    """
    found = {}
    with path.open(newline="") as table:
        for row in csv.DictReader(table):
            # Rows without a name are totals — they must not become shops.
            if row.get("name") is None:
                continue
            try:
                found[row["name"]] = Hours(parse_minutes(row["from"]), parse_minutes(row["to"]))
            except Exception as error:
                logger.warning(f"Failed to parse the hours of {row['name']}: {error}")
                found[row["name"]] = default_hours

    # TODO: what about holidays?
    return found


def test_contains_wraps_around_midnight_when_shop_closes_late():
    """Test that late hours wrap around."""
    late = Hours(parse_minutes("18:00"), parse_minutes("02:00"))

    # Verify the hours on both sides of midnight
    assert late.contains(23 * MINUTES)
    assert late.contains(MINUTES)
    assert not late.contains(12 * MINUTES)
