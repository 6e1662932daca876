"""The field: a cache that works without a network, and the agent that keeps it and the team's server together."""
