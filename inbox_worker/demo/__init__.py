"""The demo: the whole main job on this machine, on a real IMAP server, a real SMTP server and a real database."""
