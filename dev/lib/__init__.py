"""What the commands of `dev/` are made of; standard library only.

errors, paths, progress, process   the ground everything stands on
machine, locks                     this computer: apt, disk; one command at a time
odoo_source, venv, npm             what is downloaded into `.odoo/`
postgres, config, database         the server, Odoo's configuration, the databases
server                             a served Odoo, from start to stop
commands/                          one module per command
"""
