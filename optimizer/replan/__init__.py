"""What a study keeps of an earlier plan: read, judged against the study, and given up where it no longer fits."""

from .committed import Committed

__all__ = ["Committed"]
