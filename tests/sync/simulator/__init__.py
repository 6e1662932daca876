"""A world in which the field is tried: several caches, one real PostgreSQL, and everything that can go wrong between them.

Every step is chosen by a generator that follows from a seed, so a history that fails can be played again, and made
shorter. See `driver` for how to run it, `checks` for what must hold when all has come to rest.
"""
