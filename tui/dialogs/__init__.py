"""Questions: modal screens that return an answer."""
