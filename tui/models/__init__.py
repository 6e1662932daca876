"""View state without a screen: plain Python, tested without a terminal."""
