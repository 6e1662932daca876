"""Jobs that take a question or two and end in a command. Screens start them; they own no widgets."""
