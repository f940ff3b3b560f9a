"""Errors and exit codes, atomic file writes, boxes, the version. Imports nothing of the project.

boxes     geometry of boxes: hull, area, overlap
errors    the errors people see, and their exit codes
files     writes files so that a crash leaves the old or the new one
version   the installed version
"""
