"""Memory: how much a language model needs, and how much is free on this computer."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.models.gguf import GgufInfo

# Sequences of the interactive lane, bytes per value of the KV cache (F16), tokens per step and
# bytes per value that is computed in a step (F32).
_SEQUENCES = 2
_VALUE_BYTES = 2
_STEP_TOKENS = 512
_COMPUTE_BYTES = 4
_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/proc/self/cgroup")
_CGROUPS = Path("/sys/fs/cgroup")


def needed_memory(info: GgufInfo, context: int) -> int:
    """Bytes of memory that the model needs to answer questions with `context` tokens.

    These are its weights, the KV cache of the interactive lane, and the results of one step. The
    last two are 0 if the header does not state the shape of the model.
    """
    return info.needed_bytes + cache_bytes(info, context) + _step_bytes(info)


def cache_bytes(info: GgufInfo, context: int) -> int:
    """KV cache of the interactive lane in bytes, at `context` tokens per sequence; 0 if unknown."""
    prefix = info.architecture
    heads = info.integer(f"{prefix}.attention.head_count")
    width = info.integer(f"{prefix}.embedding_length")
    layers = info.integer(f"{prefix}.block_count")
    if not (heads and width and layers):
        return 0
    key_width = info.integer(f"{prefix}.attention.key_length", width // heads)
    kv_width = info.integer(f"{prefix}.attention.head_count_kv", heads) * key_width
    tokens = min(context, info.context_length or context)
    return 2 * layers * kv_width * _VALUE_BYTES * tokens * _SEQUENCES


def _step_bytes(info: GgufInfo) -> int:
    """Results of one step: mainly the logits of every token of the step."""
    return info.lengths.get("tokenizer.ggml.tokens", 0) * _STEP_TOKENS * _COMPUTE_BYTES


def free_memory() -> int | None:
    """Available memory in bytes; None if the system does not report it.

    It is limited by the control group of this process, as in a container or a cluster job.
    """
    free = _system_memory("MemAvailable")
    limits = [free] if free is not None else []
    return min([*limits, *_cgroup_free()], default=None)


def total_memory() -> int | None:
    """All memory of this computer in bytes, or what its control group may use; None if unknown."""
    total = _system_memory("MemTotal")
    limits = [total] if total is not None else []
    return min([*limits, *(limit for limit, _ in _cgroup_limits())], default=None)


def _system_memory(name: str) -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
        values = dict(line.split(":", 1) for line in lines)
        return int(values[name].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        # Other systems than Linux report only the total.
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _cgroup_free() -> list[int]:
    return [max(0, limit - used) for limit, used in _cgroup_limits()]


def _cgroup_limits() -> list[tuple[int, int]]:
    """Limit and use of memory (bytes) of this process's control groups (version 2) that have one.

    Cached files count as used, but the system drops them when memory is needed.
    """
    limits = []
    try:
        lines = _CGROUP.read_text(encoding="utf-8").splitlines()
        own = next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))
    except (OSError, ValueError, StopIteration):
        return []
    folder = _CGROUPS / own
    for group in (folder, *folder.parents):
        try:
            limit = int((group / "memory.max").read_text(encoding="ascii"))
            used = int((group / "memory.current").read_text(encoding="ascii"))
            details = (group / "memory.stat").read_text(encoding="ascii").splitlines()
            cached = int(dict(line.split(" ", 1) for line in details)["inactive_file"])
        except (OSError, KeyError, ValueError):
            continue  # no limit ("max"), or not a group
        limits.append((limit, max(0, used - cached)))
    return limits
