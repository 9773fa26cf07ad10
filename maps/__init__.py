"""What people see: the web map, tables, report, the run folder and the command."""
