# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about Python code, by its syntax tree alone: what it imports, calls, compares, declares and tests."""

from __future__ import annotations

import ast
import re

LOOSE_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import|import[ \t]+([\w.]+))", re.M)
PATHLIKE = r"(?:\.py|\.sh|\.ipynb|\.R|\.ya?ml)\b|\bpython3? |\b\w*train\w*\b"
ASSERTING = re.compile(r"^(?:assert\w*|fail|expect\w*|raises|approx)$|^assert")
# Nodes without anything of interest below them.
LEAVES = frozenset([ast.Name, ast.alias]).union(
    *(kind.__subclasses__() for kind in (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop))
)
# Where statements hold statements: names are given nowhere else.
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
IMPORTS = (ast.Import, ast.ImportFrom)
LONGEST_STRING = 300
MOST_STRINGS = 400


def python_facts(source, wanted):
    """Facts of one module; raises SyntaxError, ValueError, RecursionError or MemoryError where it cannot be parsed.

    `wanted` tells which calls and strings are kept.
    """
    return _Reader(wanted).read(ast.parse(source))


def loose_facts(source):
    """What can be said of code that does not parse, or that nobody asked more about: its imports."""
    text = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
    imports = []
    for found in LOOSE_IMPORT.finditer(text):
        imports.append([found.group(1) or found.group(2), text.count("\n", 0, found.start()) + 1])
        if len(imports) >= 200:
            break
    return {"imports": imports}


class Wanted:
    """Which calls are of interest, by patterns of dotted names; sorted by root and by last name to be quick."""

    def __init__(self, patterns, keywords, strings, conditions, own):
        loose, self.names, roots = [], set(), {}
        for pattern in patterns:
            root, last = pattern.split(".", 1)[0], pattern.rsplit(".", 1)[-1]
            if "*" not in root and root not in own:
                roots.setdefault(root, []).append(pattern)
            elif "*" in root and "*" not in last and "." in pattern:
                self.names.add(last)
            elif "*" in root:
                loose.append(pattern)
        self.roots = {root: _any_of(items) for root, items in roots.items()}
        self.loose = _any_of(loose)
        self.keywords = frozenset(keywords)
        self.conditions = re.compile(conditions, re.I)
        self.strings = re.compile("|".join([PATHLIKE] + ["(?:%s)" % item for item in strings]), re.I)

    def call(self, symbol):
        if symbol.rsplit(".", 1)[-1] in self.names:
            return True
        known = self.roots.get(symbol.split(".", 1)[0])
        return bool((known and known.match(symbol)) or self.loose.match(symbol))


def _any_of(patterns):
    return re.compile(
        "(?:%s)\\Z" % "|".join(re.escape(item).replace("\\*", ".*") for item in patterns) if patterns else "(?!)"
    )


class _Reader:
    """One walk over a syntax tree with an explicit stack, since generated code nests deeply."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.aliases = {}
        self.scope = ""
        self.imports = []
        self.calls = []
        self.functions = []
        self.classes = []
        self.compares = []
        self.strings = []
        self.tests = []
        self.top = False

    def read(self, tree):  # noqa: PLR0912, PLR0915 (a branch a kind of node; a call each would double the time)
        main = False
        self._collect_aliases(tree)
        stack = [(statement, "", "") for statement in reversed(tree.body)]
        while stack:
            node, function, owner = stack.pop()
            self.scope = function
            kind = type(node)
            if kind in (ast.FunctionDef, ast.AsyncFunctionDef):
                decorators = [self._decorator(item) for item in node.decorator_list]
                self.functions.append([node.name, node.lineno, decorators])
                if node.name.startswith("test"):
                    self.tests.append([node.name, node.lineno, _assertions(node)])
                stack.extend((item, node.name, owner) for item in reversed(node.decorator_list))
                stack.extend((item, node.name, owner) for item in reversed(node.body))
                stack.extend((item, function, owner) for item in node.args.defaults)
                continue
            if kind is ast.ClassDef:
                self.classes.append([node.name, node.lineno, [self.symbol(base) for base in node.bases]])
                stack.extend((item, function, node.name) for item in reversed(node.body))
                stack.extend((item, function, node.name) for item in node.decorator_list)
                continue
            if kind is ast.If:
                truth = _constant_truth(node.test)
                if _is_main(node.test):
                    main = True
                self._compare(node, function)
                if truth is not False:
                    stack.extend((item, function, owner) for item in reversed(node.body))
                if truth is not True:
                    stack.extend((item, function, owner) for item in reversed(node.orelse))
                stack.append((node.test, function, owner))
                continue
            if kind is ast.Expr and isinstance(node.value, ast.Constant):
                continue
            if kind is ast.Call:
                self._call(node, function)
                if not function and not owner:
                    self.top = True
            elif kind is ast.Constant:
                self._string(node, node.value)
                continue
            elif kind is ast.JoinedStr:
                # Positions inside differ between versions of Python; the text as a whole is enough.
                self._string(node, _value(node))
                continue
            elif kind in IMPORTS:
                continue
            for value in node.__dict__.values():
                if isinstance(value, list):
                    stack.extend(
                        [
                            (item, function, owner)
                            for item in reversed(value)
                            if type(item) not in LEAVES and isinstance(item, ast.AST)
                        ]
                    )
                elif isinstance(value, ast.AST) and type(value) not in LEAVES:
                    stack.append((value, function, owner))
        facts = {
            "imports": self.imports,
            "calls": self.calls,
            "functions": self.functions,
            "classes": self.classes,
            "compares": self.compares,
            "strings": self.strings,
            "tests": self.tests,
        }
        facts = {key: value for key, value in facts.items() if value}
        if main or self.top:
            facts["runs"] = "main" if main else "top"
        return facts

    def _collect_aliases(self, tree):  # noqa: PLR0912 (a branch a kind of statement)
        """Import names first, then variables that hold an object made by an imported name."""
        assigned = []
        stack = [(statement, "") for statement in tree.body]
        while stack:
            node, scope = stack.pop()
            kind = type(node)
            if kind is ast.Import:
                for item in node.names:
                    self.imports.append([item.name, node.lineno])
                    name = item.asname or item.name.split(".", 1)[0]
                    self.aliases[name] = item.name if item.asname else name
                continue
            if kind is ast.ImportFrom:
                module = "." * node.level + (node.module or "")
                self.imports.append([module, node.lineno])
                for item in node.names:
                    joined = module + item.name if module.endswith(".") else "%s.%s" % (module, item.name)
                    if item.name != "*":
                        self.aliases[item.asname or item.name] = joined
                        self.imports.append([joined, node.lineno])
                continue
            if kind in (ast.FunctionDef, ast.AsyncFunctionDef):
                scope = node.name
                arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                assigned.extend(
                    (ast.Name(id=item.arg), item.annotation, scope) for item in arguments if item.annotation is not None
                )
            elif kind is ast.Assign and isinstance(node.value, ast.Call):
                assigned.extend((target, node.value, scope) for target in node.targets)
            elif kind is ast.AnnAssign and isinstance(node.value, ast.Call):
                assigned.append((node.target, node.value, scope))
            elif kind in (ast.With, ast.AsyncWith):
                named = [
                    item
                    for item in node.items
                    if item.optional_vars is not None and isinstance(item.context_expr, ast.Call)
                ]
                assigned.extend((item.optional_vars, item.context_expr, scope) for item in named)
            for field in BLOCKS:
                stack.extend((item, scope) for item in getattr(node, field, ()))
        self.imports.sort(key=lambda item: (item[1], item[0]))
        for target, value, scope in sorted(assigned, key=lambda one: (one[1].lineno, one[1].col_offset)):
            name = _dotted(target)
            self.scope = scope
            symbol = self.symbol(value) if name else ""
            # What a function of the module itself gives back is not known; then the name says more.
            if "." in symbol and symbol[0] not in "?.":
                key = name if "." in name else "%s:%s" % (scope, name)
                self.aliases[key] = symbol if symbol.endswith("()") else symbol + "()"
        self.scope = ""

    def _alias(self, name):
        """What a name stands for in the function at hand, or in the module."""
        for key in ("%s:%s" % (self.scope, name), ":" + name, name):
            if key in self.aliases:
                return self.aliases[key]
        return None

    def symbol(self, node):
        """Dotted name with the import alias resolved; `?` stands for a receiver that is not known."""
        parts = []
        while True:
            if isinstance(node, ast.Attribute):
                whole = self.aliases.get(_dotted(node))
                if whole:
                    parts.append(whole)
                    break
                parts.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call):
                inner = self.symbol(node.func)
                parts.append(inner + "()")
                break
            elif isinstance(node, ast.Name):
                parts.append(self._alias(node.id) or node.id)
                break
            elif isinstance(node, ast.Subscript):
                node = node.value
            else:
                parts.append("?")
                break
            if len(parts) > 30:
                return "?"
        return ".".join(reversed(parts))[:200]

    def _decorator(self, node):
        return self.symbol(node.func if isinstance(node, ast.Call) else node)

    def _call(self, node, function):
        symbol = self.symbol(node.func)
        named = [item for item in node.keywords if item.arg]
        if not self.wanted.call(symbol) and not any(item.arg in self.wanted.keywords for item in named):
            return
        keywords = {item.arg: _value(item.value) for item in named[:40]}
        self.calls.append([symbol, node.lineno, function, keywords, [_value(item) for item in node.args[:4]]])

    def _compare(self, node, function):
        """Conditions about wanted words, whether there is an order in them, and what is called where they hold or do not."""
        names = sorted(set(_words(node.test)))[:12]
        if len(self.compares) >= MOST_STRINGS or not self.wanted.conditions.search(" ".join([*names, function])):
            return
        body = [self.symbol(call.func) for item in node.body for call in _calls(item)]
        other = [self.symbol(call.func) for item in node.orelse for call in _calls(item)]
        ordered = any(
            isinstance(item, ast.Compare) and isinstance(item.ops[0], (ast.Lt, ast.Gt, ast.LtE, ast.GtE))
            for item in ast.walk(node.test)
        )
        leaves = any(isinstance(item, (ast.Raise, ast.Return)) for item in node.body)
        self.compares.append([names, node.lineno, function, ordered, body[:40], other[:40], leaves])

    def _string(self, node, value):
        wanted = isinstance(value, str) and len(value) <= LONGEST_STRING and self.wanted.strings.search(value)
        if wanted and len(self.strings) < MOST_STRINGS:
            self.strings.append([value, node.lineno])


def _calls(node):
    return (item for item in ast.walk(node) if isinstance(item, ast.Call))


def _words(node):
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            yield item.id
        elif isinstance(item, ast.Attribute):
            yield item.attr
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value[:60]


def _value(node):
    """A literal as text; `<name>` for what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value)[:LONGEST_STRING]
    if isinstance(node, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
        items = [item for item in ast.walk(node) if isinstance(item, ast.Constant)][:40]
        return "[%s]" % ", ".join(str(item.value)[:80] for item in items)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(item.value) if isinstance(item, ast.Constant) else "<>" for item in node.values)[
            :LONGEST_STRING
        ]
    if isinstance(node, ast.Call):
        return "<%s()>" % (_dotted(node.func) or "?")
    return "<%s>" % (_dotted(node) or "?")


def _dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def _constant_truth(node):
    if isinstance(node, ast.Constant):
        return bool(node.value)
    return False if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING" else None


def _is_main(node):
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == "__name__"
        and any(isinstance(item, ast.Constant) and item.value == "__main__" for item in node.comparators)
    )


def _assertions(function):
    """Number of assertions that look at something: `assert True` looks at nothing."""
    count = 0
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            count += 1
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            literal = bool(node.args) and all(isinstance(item, ast.Constant) for item in node.args)
            count += bool(ASSERTING.search(name)) and not literal
            count += name in ("raises", "assert_called", "assert_called_once", "fail_under")
    return count
