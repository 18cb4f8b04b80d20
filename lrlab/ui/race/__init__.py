"""A race while it trains and afterwards: status, charts, standings, and rates set by hand."""
