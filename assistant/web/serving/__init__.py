"""The web server of the page: requests, log-in, users."""
