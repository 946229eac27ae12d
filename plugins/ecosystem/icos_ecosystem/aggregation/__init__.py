"""From half hours or hours to days, weeks, months and years."""
