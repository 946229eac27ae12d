"""The two formats that every domain shares, and what exporters of the plugins share: parts by deployment, fast text, all or nothing."""
