"""The whole bot on a simulated Discord, shown in the browser: no account, no token, no network."""
