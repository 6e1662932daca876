"""Ways to dial: what stands behind `core.dialling.Dialler`."""
