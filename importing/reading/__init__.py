"""Files as tables, whatever wrote them."""
