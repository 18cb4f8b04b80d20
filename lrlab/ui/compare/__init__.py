"""The parts of the Compare page: the table, the charts and cards of chosen runs, export and import."""
