"""`offhook admin`: the team's server, its people and their rights."""
