"""Charts: bars, dots on a threshold, lollipops, columns, flows and gauges as SVG, each with its numbers as a table."""
