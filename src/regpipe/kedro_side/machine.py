"""What a machine has too little of."""

import errno


def lacking(cause: BaseException) -> str | None:
    """Return a sentence about what there was too little of; None if that isn't what an error says.

    TensorFlow's error is known by its name: this must not import it.
    """
    if isinstance(cause, MemoryError) or type(cause).__name__ == "ResourceExhaustedError":
        return (
            "there isn't enough memory. Smaller networks, fewer rows, or fewer threads "
            "(--params workers=1) need less."
        )
    if isinstance(cause, RuntimeError) and "can't start new thread" in str(cause):
        return "no more threads may be started here. --params workers=1 needs fewer."
    if isinstance(cause, OSError) and cause.errno in (errno.EMFILE, errno.ENFILE):
        return f"{cause.strerror}: more may not be open here (ulimit -n)."
    return None
