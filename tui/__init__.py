"""The terminal application. It knows core and is handed a workspace; it cannot tell which kind it has."""
