"""What the values of a foreign file say: each module reads one kind of them, and says `Unread` where it cannot."""
