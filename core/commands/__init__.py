"""Every write: a frozen dataclass that knows what it must see and decides, purely, what changes."""
