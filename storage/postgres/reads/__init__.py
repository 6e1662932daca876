"""The read queries over PostgreSQL: the same questions and answers as `storage.reads`, a round trip each where it can be.

Nothing here looks at who may see what: the policies of the tables do, whatever a statement says.
"""
