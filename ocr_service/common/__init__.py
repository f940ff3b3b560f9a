"""What every package uses: errors and exit codes, atomic writes, the version."""
