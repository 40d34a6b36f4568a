"""Infers the type of an expression from the types of its names, and finds what can't be right in it.

One function a kind of node. What was told once isn't told again: behind a problem a type is `Any`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kontering.diagnostics import Diagnostic
from kontering.language import infer_reading, infer_reckoning, infer_text, tree
from kontering.language import types as t
from kontering.language.here import Here, Seen
from kontering.language.tree import Tree
from kontering.language.types import Type


def infer(expression: Tree, names: Mapping[str, Type], seen: Seen | None = None) -> tuple[Type, tuple[Diagnostic, ...]]:
    """The type that an expression gives, and its problems; the first of `names` is the record's.

    A type with `Null` in it may be missing.
    """
    here = Here(_infer, names, t.Object(names, frozenset(names)), inside=False, seen=seen)
    kind = here.of(expression)
    return kind, tuple(here.found)


def _infer(here: Here, node: Tree) -> Type:
    return _INFER[type(node)](here, node)


_INFER: dict[type, Callable[[Here, Any], Type]] = {
    tree.Literal: infer_reading.literal_type,
    tree.Name: infer_reading.name_type,
    tree.Current: infer_reading.current_type,
    tree.Field: infer_reading.field_type,
    tree.Item: infer_reading.item_type,
    tree.Index: infer_reading.index_type,
    tree.Slice: infer_reading.slice_type,
    tree.Flatten: infer_reading.flatten_type,
    tree.Project: infer_reading.project_type,
    tree.Values: infer_reading.values_type,
    tree.Filter: infer_reading.filter_type,
    tree.Then: infer_reading.then_type,
    tree.Pick: infer_reading.pick_type,
    tree.Make: infer_reading.make_type,
    tree.Listing: infer_reckoning.listing_type,
    tree.Or: infer_reckoning.or_type,
    tree.And: infer_reckoning.and_type,
    tree.Not: infer_reckoning.not_type,
    tree.Condition: infer_reckoning.condition_type,
    tree.Compare: infer_reckoning.compare_type,
    tree.Within: infer_reckoning.within_type,
    tree.IsNone: infer_reckoning.is_none_type,
    tree.Arithmetic: infer_reckoning.arithmetic_type,
    tree.Negate: infer_reckoning.negate_type,
    tree.Choose: infer_reckoning.choose_type,
    tree.Call: infer_text.call_type,
    tree.Lambda: infer_text.lambda_type,
    tree.Joined: infer_text.joined_type,
    tree.Text: infer_text.text_type,
    tree.Print: infer_text.print_type,
    tree.Branch: infer_text.branch_type,
    tree.Loop: infer_text.loop_type,
}
