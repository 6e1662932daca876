"""How the cells of a row become records: what each says, then a draft of each record out of what was said of it."""
