"""What is drawn: a widget shows state and announces what the user did."""
