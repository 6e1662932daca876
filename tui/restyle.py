"""Styles the parts of a widget once, not again for every widget and every change of screen.

Textual works out the style of each component class of each widget by going through every rule there is, and does so
whenever a widget is mounted or gets the focus: with a few lists on a screen that is tens of milliseconds, in which
nothing is seen. The rules for parts here are plain (`.table--row { … }`): what they come to
depends on the theme alone, not on where the widget is. It leans on `textual.css.stylesheet` of the exact version that
the project pins.
"""

from __future__ import annotations

from typing import cast
from weakref import WeakSet

from textual.css.model import RuleSet, SelectorType
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

_Rules = dict[str, list[RuleSet]]
_SEEN = frozenset(
    {"color", "auto_color", "background", "background_tint", "opacity", "text_opacity", "text_style", "tint"}
)
"""Rules that are seen of a part of a widget; the others are about its place, which a part has not."""


class PartStylesheet(Stylesheet):
    """A stylesheet that remembers what plain rules for component classes come to."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._known_for: _Rules | None = None
        self._known: dict[str, RulesMap | None] = {}
        self._done: WeakSet[DOMNode] = WeakSet()

    def copy(self) -> PartStylesheet:
        """Another one with the same sources."""
        stylesheet = PartStylesheet(variables=self._variables.copy())
        stylesheet.source = self.source.copy()
        return stylesheet

    def _forget_old_rules(self) -> None:
        """Forgets everything where the rules have changed: another theme, the rules of another kind of widget."""
        if self._known_for is not self.rules_map:
            self._known_for = self.rules_map
            self._known.clear()
            self._done = WeakSet()

    def _process_component_classes(self, node: DOMNode) -> None:
        classes = sorted(node._get_component_classes())
        if not classes:
            return
        self._forget_old_rules()
        fresh = node not in self._done
        self._done.add(node)
        changed = False
        for name in classes:
            rules = self._rules_of(name, node)
            if rules is not None and not fresh:
                continue
            part = DOMNode(classes=name)
            part._attach(node)
            if rules is None:
                self.apply(part, animate=False)
            else:
                # Into the dict that is there: a style's look-ups are bound to it.
                part.styles.base._rules.update(rules)
                part.styles.base._updates += 1
            changed = changed or node._component_styles.get(name) != part.styles
            node._component_styles[name] = part.styles
        if changed:
            node.refresh()

    def _rules_of(self, name: str, node: DOMNode) -> RulesMap | None:
        """What the rules for a component class come to; None where that depends on what is around it."""
        if name not in self._known:
            self._known[name] = self._worked_out(name, node) if self._is_plain(name) else None
        return self._known[name]

    def _worked_out(self, name: str, node: DOMNode) -> RulesMap:
        part = DOMNode(classes=name)
        part._attach(node)
        self.apply(part, animate=False)
        return cast(RulesMap, dict(part.styles.base._rules))

    def _is_plain(self, name: str) -> bool:
        for rule in self.rules_map.get(f".{name}", ()):
            for choice in rule.selector_set:
                if len(choice.selectors) != 1 or choice.selectors[0].pseudo_classes:
                    return False
        # A rule for everything below something may reach a part too, unless it wants a state (parts have none) or says
        # nothing that is seen of a part.
        return all(
            len(choice.selectors) == 1
            or choice.selectors[-1].pseudo_classes
            or _SEEN.isdisjoint(rule.styles.get_rules())
            for rule in self.rules_map.get("*", ())
            for choice in rule.selector_set
            if choice.selectors[-1].type is SelectorType.UNIVERSAL
        )
