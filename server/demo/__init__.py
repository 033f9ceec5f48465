"""The demo: its accounts, its directory of invented people, and a site to meet them on."""
