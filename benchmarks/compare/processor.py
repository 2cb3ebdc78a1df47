"""What Linux says about the processor."""

import platform


def name():
    return _line("model name") or platform.processor() or "unknown processor"


def flags():
    return (_line("flags") or "").split()


def _line(key):
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith(key))
    except (OSError, StopIteration):
        return None
