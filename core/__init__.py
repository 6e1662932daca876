"""What a CRM knows: entities, commands and their rules. No SQL, no network, no clock, no framework."""
