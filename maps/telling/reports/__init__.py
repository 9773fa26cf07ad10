"""The report, the dossier of a unit, and a comparison: pages of findings and charts, with what they rest on."""
