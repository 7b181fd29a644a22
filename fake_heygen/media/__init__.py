"""What can be seen and heard: presenters, voices, films, drawn and synthesised here."""
