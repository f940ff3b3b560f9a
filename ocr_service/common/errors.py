"""Defines the errors that people see, and the exit code of each.

    code  meaning
    0     success
    1     a fault in Octavo itself (please report it)
    2     a wrong option or argument (click's own code)
    3     the run finished, but some books failed; each is named
    4     an input cannot be read: missing, empty, encrypted, damaged, of an unknown kind
    5     the library is missing, empty, or made by another version
    6     another build holds the library's lock
    7     no such book or page
    8     the disk is full, or the library cannot be written
    9     the encoder is missing or unusable
    10    the OCR model is missing or unusable
    11    the OCR service cannot be reached or refuses
    12    the index outside the library cannot be reached or refuses
    130   interrupted (Ctrl-C)

Messages name the file, page or option, say what is wrong, and what to do next.
"""

from __future__ import annotations

import errno
from enum import IntEnum

__all__ = [
    "EncoderError",
    "EncryptedError",
    "ExitCode",
    "InputError",
    "LibraryError",
    "LockedError",
    "ModelError",
    "NotFoundError",
    "OctavoError",
    "QueryError",
    "ServiceError",
    "StorageError",
    "storage_error",
]


class ExitCode(IntEnum):
    """Exit codes of the console script; see the table above."""

    OK = 0
    FAULT = 1
    USAGE = 2
    BOOKS_FAILED = 3
    INPUT = 4
    LIBRARY = 5
    LOCKED = 6
    NOT_FOUND = 7
    STORAGE = 8
    ENCODER = 9
    MODEL = 10
    SERVICE = 11
    INDEX = 12
    INTERRUPTED = 130


class OctavoError(Exception):
    """An error with a message for people; `exit_code` is what the console script returns."""

    exit_code = ExitCode.FAULT


class InputError(OctavoError):
    """A file or folder given as input cannot be read."""

    exit_code = ExitCode.INPUT


class EncryptedError(InputError):
    """A PDF needs a password, or the one given is wrong."""


class LibraryError(OctavoError):
    """The library is missing, empty, or made by another version."""

    exit_code = ExitCode.LIBRARY


class LockedError(OctavoError):
    """Another process is writing to the library."""

    exit_code = ExitCode.LOCKED


class NotFoundError(OctavoError):
    """No such book or page in the library."""

    exit_code = ExitCode.NOT_FOUND


class QueryError(OctavoError):
    """An empty question, or an option with an invalid value."""

    exit_code = ExitCode.USAGE


class StorageError(OctavoError):
    """The disk is full, or the library's folder cannot be written."""

    exit_code = ExitCode.STORAGE


class EncoderError(OctavoError):
    """The sentence encoder is missing or unusable."""

    exit_code = ExitCode.ENCODER


class ModelError(OctavoError):
    """The OCR model is missing or unusable."""

    exit_code = ExitCode.MODEL


class ServiceError(OctavoError):
    """The OCR service cannot be reached, or refuses."""

    exit_code = ExitCode.SERVICE


_FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}


def storage_error(error: BaseException, place: str) -> StorageError | None:
    """Return `error` as a StorageError if the disk is full or not writable, else None.

    Libraries written in other languages wrap the operating system's error in one of their own, so
    the message counts as well as the error number.
    """
    number = getattr(error, "errno", None)
    text = str(error)
    if number in _FULL_DISK or "No space left on device" in text or "os error 28" in text:
        return StorageError(
            f"{place}: the disk is full; nothing that was finished is lost. "
            "Free some space and run the same command again"
        )
    if number in _NOT_WRITABLE:
        return StorageError(f"{place}: cannot be written ({text}); check the folder's permissions")
    return None
