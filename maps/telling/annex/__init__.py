"""Annex: what report and dossier rest on, chapter by chapter: every reason, rule, number, policy and source."""
