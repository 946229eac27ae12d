"""Keys of the store: what a result depends on, as one number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

__all__ = ["content_key"]


def content_key(*parts: Any) -> str:
    """Return the SHA-256 over the canonical JSON of `parts`.

    Raises
    ------
    TypeError
        For something whose text need not be the same in another process, so that it would never be found again.
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return dict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(each, sort_keys=True, default=_plain) for each in value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "mM":
        return value.tolist()
    text = repr(value)
    if " at 0x" in text:
        raise TypeError(f"{text} cannot be part of a key: its text says where it is in memory, not what it is")
    return text
