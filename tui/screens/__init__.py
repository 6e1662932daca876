"""What fills the terminal: a screen composes widgets and decides."""
