"""Imports: files read as tables, and the work of bringing them in. Knows core, and is handed a workspace."""
