"""Sample data: a believable company, for trying everything out and for measuring.

`cli.demo.generate.generate` makes the rows, `cli.demo.prepare.prepare` the workspace. `people`, `places`, `firms`,
`texts` and `edges` hold what they are made of; `house` is the company itself, `accounts` its
customers; `fates`, `deals`, `calls` and `timeline` tell what happened to them.
"""
