"""The form of a placement: the rung, or the range of rungs, of a version of a scale, and why there."""

from collections.abc import Collection, Mapping

from app.forms.base import FILL_IN, Faults, FormModel, Line, MaybeLine, Text, Typed


class PlacementForm(FormModel):
    """``rung_max`` is empty where it is one rung alone; the reason is shown to readers."""

    scale_version: Line
    rung_min: Line
    rung_max: MaybeLine = None
    placement_reason: Text
    seen: int


def with_rung_faults(faults: Faults, typed: Typed, rungs: Mapping[str, Collection[str]]) -> Faults:
    """What is wrong with the choice of rungs; ``rungs`` are those of each version that there is."""
    version, least, greatest = (typed.one(name).strip() for name in ("scale_version", "rung_min", "rung_max"))
    if version not in rungs:
        faults["scale_version"] = "Choose a version of the scale of this issue."
        return faults
    if faults["rung_min"] == FILL_IN:
        faults["rung_min"] = "Choose a rung."
    for name, rung in (("rung_min", least), ("rung_max", greatest)):
        if rung and rung not in rungs[version]:
            faults[name] = "Choose a rung of this version."
    if not (faults["rung_min"] or faults["rung_max"]) and greatest and int(greatest) < int(least):
        faults["rung_max"] = "A range ends on a higher rung than it begins on."
    return faults
