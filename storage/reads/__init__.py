"""The read queries: plain SQL over a DB-API connection, because what they need to start is what `offhook find` waits for."""
