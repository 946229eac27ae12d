"""Half-hourly series: the site's calendar, the regular grid, humidity, and how products hand series over."""
