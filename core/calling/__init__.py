"""What a call is: how it can end, whom it may reach and when, and the queue that brings the next one."""
