"""Errors and exit codes, atomic file writes, boxes, the version. Imports nothing of the project.

bfloat16_model  runs ONNX models with OpenVINO on CPUs that multiply bfloat16
boxes           geometry of boxes: hull, area, overlap
errors          the errors people see, and their exit codes
files           writes files so that a crash leaves the old or the new one
one_thread      keeps numpy to one thread
path_text       writes paths as text, also those that are not UTF-8
version         the installed version
"""
