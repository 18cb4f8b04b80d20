"""A race while it trains and afterwards: status, queue, charts, standings, and rates set by hand."""
