"""`python3 -m resee_backup`."""

from resee_backup.cli import main

main()
