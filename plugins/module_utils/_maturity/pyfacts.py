# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about Python code, by its syntax tree alone: what it imports, calls, compares, declares and tests."""

from __future__ import annotations

import ast
import bisect
import functools
import re
from typing import Any, Callable, Iterable, Iterator, Sequence

# The end of the line before is found several times faster than the beginning of a line.
LOOSE_IMPORT = re.compile(r"\n[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import|import[ \t]+([\w.]+))")
PATHLIKE = r"(?:\.py|\.sh|\.ipynb|\.R|\.ya?ml)\b|\bpython3? |train"
ASSERTING = re.compile(r"^(?:assert\w*|fail|expect\w*|raises|approx)$|^assert")
# Nodes that are no more than a sign.
WORDLESS: frozenset[type] = frozenset().union(
    *(kind.__subclasses__() for kind in (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop))
)
# Where statements hold statements: names are given nowhere else.
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
# Fields that never hold a node with evidence in it.
FLAT = frozenset(
    ["ctx", "op", "ops", "id", "attr", "asname", "level", "kind", "conversion", "type_comment", "simple", "is_async"]
)
NODES = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
# By kind of node: the fields to look into, which takes a part of the time of all attributes, and those with statements.
FIELDS = {kind: tuple(field for field in kind._fields if field not in FLAT) for kind in NODES}
FIELDS[ast.Constant] = ()
HOLDS = {kind: tuple(field for field in BLOCKS if field in kind._fields) for kind in NODES}
IMPORTS = (ast.Import, ast.ImportFrom)
# What no evidence lies below: signs, aliases, and attributes that are no nodes.
PLAIN: frozenset[type] = WORDLESS | {ast.alias, int, str, bytes, bool, float, complex, type(None), type(...)}
ORDERS = (ast.Lt, ast.Gt, ast.LtE, ast.GtE)
COMPARING = (ast.Compare, ast.BoolOp, ast.IfExp)
LONGEST_STRING = 300
# Calls that put something where others find it.
STORING = re.compile(
    r"(?:^|[._])(?:copy\w{0,20}|copyfile|move|replace|rename|put_object|upload\w{0,20}|dump|save\w{0,20}|write_text|symlink\w{0,20}|publish)$"
)
# Infrastructure as code: what a call of it is given is kept in words, since constructs are joined by variables, ids and addresses.
CONSTRUCT = ("aws_cdk.", "dagster.")
OVERRIDE = (".add_override", ".add_property_override")
# Calls that have something else run: a function that they are given, or a program or a service that a text names.
HANDS_OVER = re.compile(
    r"(?:^|[._])(?:add_task|submit|apply|apply_async|map|Thread|Process|Timer|run_in_executor|create_task|to_thread|run_in_threadpool|add_job|"
    r"enqueue|delay|call_soon|start_new_thread|run_sync|run_until_complete)$"
)
STARTED = re.compile(r"\.(?:py|sh|ipynb|R)\b|train|/dagRuns|/dispatches", re.I)
STARTS_OTHERS = re.compile(
    r"(?:^|[._])(?:run|Popen|call|check_call|check_output|system|spawn\w{0,10}|exec\w{0,10}|post|request|put|run_command)$"
)
FIXTURE = re.compile(r"(?:^|\.)fixture$")
REPEATING = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp)
LONGEST_CONSTRUCT = 4000
MOST_CONSTRUCTS = 300
MOST_FIELDS = 5000
F_STRING = re.compile(rb"(?i)\b(?:f|fr|rf)[\"']")
MOST_STRINGS = 400
MOST_DONE = 40
MOST_KNOWN = 512  # answers that are kept; 2,048 took a megabyte more
MOST_PARTS = 30  # of a dotted name
CHAMPION = re.compile(r"champ(?:ion)?(?![a-z])", re.I)
CHALLENGER = re.compile(r"challeng|contender|candidate", re.I)
# What decides who gets which of two models.
SHARED = re.compile(r"random|hash|md5|sha\d|bucket|rollout|canary|traffic", re.I)
# A file without any of these shares nothing.
SHARING = (b"random", b"hash", b"bucket", b"rollout", b"canary", b"traffic")
MODEL = re.compile(r"models?(?![a-z])|champion|challeng|variant|canary|predictor|pipeline", re.I)
LOADED = re.compile(r"load\w{0,20}\(\)$|InferenceSession\(\)$|from_pretrained\(\)$")


def python_facts(source: bytes | str, wanted: Wanted) -> dict[str, Any]:
    """Facts of one module; raises SyntaxError, ValueError, RecursionError or MemoryError where it cannot be parsed.

    `wanted` tells which calls and strings are kept.
    """
    if is_heavy(source):
        raise ValueError("more fields of f-strings than people write")
    text = source.encode("utf-8", "replace") if isinstance(source, str) else source
    return _Reader(wanted, b"hampion" in text, any(word in text for word in SHARING)).read(ast.parse(source))


def is_heavy(source: bytes | str) -> bool:
    """Before Python 3.12 the parser's time grows with the square of the number of fields in an f-string."""
    if isinstance(source, str):
        return source.count("{") > MOST_FIELDS and F_STRING.search(source.encode("utf-8", "replace")) is not None
    return source.count(b"{") > MOST_FIELDS and F_STRING.search(source) is not None


def loose_facts(source: bytes | str) -> dict[str, Any]:
    """What can be said of code that does not parse, or that nobody asked more about: its imports."""
    text = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
    imports: list[list[Any]] = []
    line = seen = 0
    for found in LOOSE_IMPORT.finditer("\n" + text):
        line += text.count("\n", seen, found.start()) + (not imports)
        seen = found.start()
        imports.append([found.group(1) or found.group(2), line])
        if len(imports) >= 200:
            break
    return {"imports": imports, "loose": True}


class Wanted:
    """Which calls are of interest, by patterns of dotted names; sorted by root and by last name to be quick."""

    def __init__(
        self,
        patterns: Iterable[str],
        keywords: Iterable[str],
        strings: Iterable[str],
        conditions: str,
        own: Iterable[str],
        *,
        local: Iterable[str] = (),
    ) -> None:
        loose: list[str] = []
        roots: dict[str, list[str]] = {}
        self.names: set[str] = set()
        # What is called of something that another file of the project may have made.
        lasts: set[str] = set()
        for pattern in patterns:
            root, last = pattern.split(".", 1)[0], pattern.rsplit(".", 1)[-1]
            if "*" not in root and root not in own:
                roots.setdefault(root, []).append(pattern)
                lasts.add(last)
            elif "*" in root and "*" not in last and "." in pattern:
                self.names.add(last)
            elif "*" in root:
                loose.append(pattern)
        self.roots = {root: _any_of(items) for root, items in roots.items()}
        self.loose = _any_of(loose)
        self.last = _any_of(sorted(lasts - {"*"}))
        self.local = frozenset(local) - set(self.roots)
        self.keywords = frozenset(keywords)
        self.conditions = re.compile(conditions)
        # The same names and texts stand in most calls and conditions.
        self.call = functools.lru_cache(maxsize=MOST_KNOWN)(self._call)
        self.condition = functools.lru_cache(maxsize=MOST_KNOWN)(self._condition)
        self.string = functools.lru_cache(maxsize=MOST_KNOWN)(self._string)
        self.ending = functools.lru_cache(maxsize=MOST_KNOWN)(self._ending)
        self.strings = re.compile("|".join([PATHLIKE] + ["(?:%s)" % item for item in strings]), re.I)

    def _condition(self, name: str) -> bool:
        """Whether a name is about a figure or a verdict; small letters first, since without regard to case it takes five times as long."""
        return self.conditions.search(name.lower()) is not None

    def _ending(self, name: str) -> bool:
        """Whether a wanted name ends so."""
        return self.last.match(name) is not None

    def _string(self, text: str) -> bool:
        """Whether a text is of interest."""
        return self.strings.search(text) is not None

    def is_foreign(self, symbol: str) -> bool:
        """Whether a name begins with a package of others that is looked for."""
        return symbol.split(".", 1)[0].rstrip("()") in self.roots

    def is_local(self, symbol: str) -> bool:
        """Whether a name comes from another file of the project."""
        return symbol.startswith(".") or symbol.split(".", 1)[0] in self.local

    def _call(self, symbol: str) -> bool:
        """Whether a call is of interest."""
        if symbol.rsplit(".", 1)[-1] in self.names:
            return True
        known = self.roots.get(symbol.split(".", 1)[0])
        return bool((known and known.match(symbol)) or self.loose.match(symbol))


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(
        "\\A(?:%s)\\Z" % "|".join(re.escape(item).replace("\\*", ".*") for item in patterns) if patterns else "(?!)"
    )


class _Reader:
    """One walk over a syntax tree with an explicit stack, since generated code nests deeply."""

    def __init__(self, wanted: Wanted, contest: bool, shared: bool) -> None:
        self.wanted = wanted
        self.aliases: dict[str, str] = {}
        self.values: dict[str, str] = {}
        # Variables that hold what another file of the project made, what functions give back, and mappings that are written out.
        self.origins: dict[str, str] = {}
        self.made: dict[str, str] = {}
        self.mappings: dict[str, ast.Dict] = {}
        self.assigned: list[tuple[str, ast.expr, str]] = []
        self.renamed: list[tuple[ast.expr, ast.expr, str]] = []
        self.returned: list[tuple[str, ast.expr]] = []
        self.properties: set[str] = set()
        self.held: list[list[Any]] = []
        self.symbols: dict[int, str] = {}
        self.starred: list[str] = []
        self.scope = ""
        self.imports: list[list[Any]] = []
        self.calls: list[list[Any]] = []
        self.functions: list[list[Any]] = []
        self.classes: list[list[Any]] = []
        self.methods: dict[str, list[str]] = {}
        self.names: dict[str, set[str]] = {}
        self.branches: list[dict[str, Any]] = []
        self.judged: set[int] = set()
        self.conditions: list[
            tuple[ast.expr, str, list[str], Sequence[ast.stmt], Iterable[ast.stmt], list[str] | None]
        ] = []
        self.verdicts: set[str] = set()
        self.strings: list[list[Any]] = []
        self.targets: dict[int, str] = {}
        self.constructs: list[list[Any]] = []
        self.cdk = False
        self.repeated: set[int] = set()
        self.tests: list[list[Any]] = []
        self.fixtures: list[list[Any]] = []
        self.asserts: list[int] = []
        self.contrasts: list[list[Any]] = []
        self.shared = shared
        self.splits: list[list[Any]] = []
        self.top = False
        self.main = False
        self.statements: dict[type, Callable[..., bool]] = {
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.If: self._if,
            ast.Expr: self._expression,
            ast.IfExp: self._choice,
            ast.Assert: self._assertion,
            **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.Return), self._assignment),
            **dict.fromkeys(IMPORTS, self._import),
            **dict.fromkeys((ast.Compare, ast.BinOp) if contest else (), self._contrast),
        }

    def read(self, tree: ast.Module) -> dict[str, Any]:  # noqa: PLR0912 (a branch a kind of node; a call each would double the time)
        self._look_ahead(tree)
        statements = self.statements
        # Nodes, and between them places: a function and a class that what comes next stands in.
        stack: list[Any] = [*reversed(tree.body), ("", "")]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is tuple:
                function, owner = node
                self.scope = function
                names = self.names.setdefault(function, set())
                continue
            # A chain of names is the most frequent expression, and needs no stack.
            while kind is ast.Attribute:
                names.add(node.attr)
                node = node.value
                kind = type(node)
            statement = statements.get(kind)
            if statement is not None and statement(node, function, owner, stack):
                continue
            if kind is ast.Call:
                self._call(node, function)
                if not function and not owner:
                    self.top = True
            elif kind is ast.Constant:
                if type(node.value) is str:
                    self._string(node, node.value)
                continue
            elif kind is ast.Name:
                names.add(node.id)
                continue
            elif kind is ast.JoinedStr:
                # Positions inside differ between versions of Python; the text as a whole is enough.
                self._string(node, _value(node))
                names.update(_words(node))
                continue
            for field in FIELDS[kind]:
                value = getattr(node, field)
                kind = type(value)
                if kind is list:
                    for item in reversed(value):
                        kind = type(item)
                        if kind is ast.Name:
                            names.add(item.id)
                        elif kind not in PLAIN:
                            stack.append(item)
                elif kind is ast.Name:
                    names.add(value.id)
                elif kind not in PLAIN:
                    stack.append(value)
        self._decide()
        # While nothing looks for cycles, what refers to itself would keep the tree.
        statements.clear()
        return self._facts()

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "imports": self.imports,
            "calls": self.calls,
            "held": self.held,
            "objects": self._objects(),
            "functions": self.functions,
            "classes": self.classes,
            "methods": self.methods,
            "names": {function: sorted(names) for function, names in self.names.items() if names},
            "branches": self.branches,
            "strings": self.strings,
            "constructs": self.constructs,
            "tests": self.tests,
            "fixtures": self.fixtures,
            "asserts": self.asserts,
            "contrasts": self.contrasts,
            "splits": self.splits,
        }
        facts = {key: value for key, value in facts.items() if value}
        if self.main or self.top:
            facts["runs"] = "main" if self.main else "top"
        return facts

    # Statements: each notes what it declares or decides, and says whether what is below it was put on the stack, or is nothing.

    def _function(self, node: ast.FunctionDef, function: str, owner: str, stack: list[Any]) -> bool:
        if owner:
            self.methods.setdefault(owner, []).append(node.name)
        decorators = [self._decorator(item) for item in node.decorator_list]
        for item in node.decorator_list:
            self.targets[id(item)] = node.name
        self.functions.append([node.name, node.lineno, decorators])
        if node.name.startswith("test"):
            self.tests.append([node.name, node.lineno, _assertions(node), _arguments(node)])
        elif any(FIXTURE.search(item) for item in decorators):
            self.fixtures.append([node.name, _arguments(node)])
        stack += [(function, owner), *reversed(node.decorator_list), *reversed(node.body), (node.name, owner)]
        stack += node.args.defaults
        return True

    def _class(self, node: ast.ClassDef, function: str, owner: str, stack: list[Any]) -> bool:
        self.classes.append([node.name, node.lineno, [self.symbol(base) for base in node.bases]])
        if node.bases or node.decorator_list:
            # What it derives from, or what decorates it, may make an object of it.
            self.names[function].add(node.name)
        stack += [(function, owner), *node.bases, *reversed(node.body), *node.decorator_list, (function, node.name)]
        return True

    def _if(self, node: ast.If, function: str, _owner: str, stack: list[Any]) -> bool:
        if self.shared:
            self._split(node, node.body, node.orelse, function)
        truth = _constant_truth(node.test)
        self.main = self.main or _is_main(node.test)
        self._condition(node.test, function, [], node.body, node.orelse)
        if truth is not False:
            stack.extend(reversed(node.body))
        if truth is not True:
            stack.extend(reversed(node.orelse))
        stack.append(node.test)
        return True

    def _assignment(self, node: Any, function: str, _owner: str, _stack: list[Any]) -> bool:
        if isinstance(node, ast.Assign):
            self._setting(node, function)
        if isinstance(node.value, COMPARING):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            given = [_dotted(item) for item in targets if item] or ["return"]
            self._condition(_decided(node.value), function, given, constants=_constants(node.value))
        return False

    def _choice(self, node: ast.IfExp, function: str, *_place: Any) -> bool:
        if self.shared:
            self._split(node, [node.body], [node.orelse], function)
        self._condition(_decided(node), function, ["said"], constants=_constants(node))
        return False

    def _assertion(self, node: ast.Assert, function: str, owner: str, _stack: list[Any]) -> bool:
        """An assertion at the top of a test's file; elsewhere it ends what runs, as raising does."""
        if not function.startswith("test"):
            raised = ast.Raise(exc=None, cause=None, lineno=node.lineno, end_lineno=node.lineno)
            self._condition(node.test, function, [], [raised])
        if not function and not owner and _checks_something(node):
            self.asserts.append(node.lineno)
        return False

    def _expression(self, node: ast.Expr, *_place: Any) -> bool:
        return isinstance(node.value, ast.Constant)

    def _contrast(self, node: Any, function: str, *_place: Any) -> bool:
        """What is told of a champion and a challenger, where one is compared with the other or taken from it."""
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Sub):
            return False
        right = node.comparators[0] if isinstance(node, ast.Compare) else node.right
        sides = [" ".join(_words(side)) for side in (node.left, right)]
        for one, other in (sides, reversed(sides)):
            if CHAMPION.search(one) and CHALLENGER.search(other) and len(self.contrasts) < MOST_STRINGS:
                self.contrasts.append([node.lineno, function, " ".join(sides)[:100]])
        return False

    def _split(self, node: Any, then: Iterable[ast.AST], otherwise: Iterable[ast.AST], function: str) -> None:
        """A choice between two models by chance, or by a share of the users."""
        orders = any(isinstance(item, ast.Compare) and isinstance(item.ops[0], ORDERS) for item in _walk(node.test))
        if not orders or not SHARED.search(" ".join([*_words(node.test), *self._asked(node.test)])):
            return
        sides = [{name for part in side for name in self._models(part)} for side in (then, otherwise)]
        if all(sides) and sides[0] != sides[1] and len(self.splits) < MOST_STRINGS:
            self.splits.append([node.lineno, function, " ".join(sorted(sides[0] | sides[1]))[:100]])

    def _asked(self, node: ast.expr) -> Iterator[str]:
        """What the variables of a condition were made by."""
        return (self._alias(item.id) or "" for item in _walk(node) if isinstance(item, ast.Name))

    def _models(self, node: ast.AST) -> Iterator[str]:
        """Names of models in an outcome, by what they are called or by what has loaded them."""
        for item in _walk(node):
            if isinstance(item, (ast.Name, ast.Attribute)) and isinstance(item.ctx, ast.Load):
                name = _dotted(item)
                if MODEL.search(name) or LOADED.search(self._alias(name) or ""):
                    yield name

    def _repetition(self, node: Any, *_place: Any) -> bool:
        self.repeated.update(id(item) for item in _walk(node) if isinstance(item, ast.Call))
        return False

    def _import(self, *_place: Any) -> bool:
        return True

    def _look_ahead(self, tree: ast.Module) -> None:
        """Names, and whether there are constructs: then what is given to functions and what is repeated is asked for, too."""
        self._collect_aliases(tree)
        self.cdk = any(symbol.startswith("aws_cdk") for symbol in self.aliases.values())
        if self.cdk:
            self.statements.update(dict.fromkeys(REPEATING, self._repetition))

    def _collect_aliases(self, tree: ast.Module) -> None:
        """Import names first, then variables that hold an object made by an imported name."""
        stack: list[tuple[Any, str]] = [(statement, "") for statement in tree.body]
        while stack:
            node, scope = stack.pop()
            kind = type(node)
            if kind in IMPORTS:
                self._names_of(node)
                continue
            if kind in (ast.FunctionDef, ast.AsyncFunctionDef):
                scope = node.name
                self.properties.update(scope for item in node.decorator_list if _dotted(item).endswith("property"))
                arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                self.assigned += [
                    (item.arg, item.annotation, scope) for item in arguments if item.annotation is not None
                ]
            elif kind is ast.Assign:
                self._collect_assigned(node, scope)
                continue
            elif kind is ast.Return and scope and isinstance(node.value, (ast.Name, ast.Call, ast.Attribute)):
                self.returned.append((scope, node.value))
            elif kind is ast.AnnAssign and isinstance(node.value, ast.Call):
                self.assigned.append((_dotted(node.target), node.value, scope))
            elif kind in (ast.With, ast.AsyncWith):
                self.assigned += [
                    (_dotted(item.optional_vars), item.context_expr, scope)
                    for item in node.items
                    if item.optional_vars is not None and isinstance(item.context_expr, ast.Call)
                ]
            for field in HOLDS[kind]:
                stack += [(item, scope) for item in getattr(node, field)]
        self.imports.sort(key=lambda item: (item[1], item[0]))
        self._bind()

    def _collect_assigned(self, node: ast.Assign, scope: str) -> None:
        """What variables are given: literals of the module, other variables, mappings, and what calls give back."""
        value = node.value
        if not scope and _is_known(value):
            self.values.update((_dotted(target), _value(value)) for target in node.targets)
        elif isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
            self.renamed += [(target, value, scope) for target in node.targets]
        elif isinstance(value, ast.Dict):
            self.mappings.update((target.id, value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(value, ast.Call):
            names = [_dotted(target) for target in node.targets]
            self.assigned += [(name, value, scope) for name in names if name]
            self.targets[id(value)] = names[0]

    def _names_of(self, node: Any) -> None:
        """Names that an import brings."""
        if isinstance(node, ast.Import):
            for item in node.names:
                self.imports.append([item.name, node.lineno])
                name = item.asname or item.name.split(".", 1)[0]
                self.aliases[name] = item.name if item.asname else name
            return
        module = "." * node.level + (node.module or "")
        self.imports.append([module, node.lineno])
        for item in node.names:
            joined = module + item.name if module.endswith(".") else "%s.%s" % (module, item.name)
            if item.name == "*":
                self.starred.append(module)
            else:
                self.aliases[item.asname or item.name] = joined
                self.imports.append([joined, node.lineno])

    def _bind(self) -> None:
        """What variables hold and functions give back, where it begins with an import; what a function gives back another may have made."""
        for target, value, scope in self.renamed:
            self._rename(_dotted(target), value, scope)
        self.assigned.sort(key=lambda one: (one[1].lineno, one[1].col_offset))
        for _round in range(2):
            for name, value, scope in self.assigned:
                self._made_by(name, value, scope)
            known = len(self.made)
            for function, value in self.returned:
                self.scope = function
                symbol = self._imported(value)
                if symbol and function not in self.made:
                    self.made[function] = symbol
                    if function in self.properties:
                        self.aliases["self." + function] = symbol
            if len(self.made) == known:
                break
        self.scope = ""

    def _rename(self, name: str, value: ast.expr, scope: str) -> None:
        """A variable that holds what was imported: a module, a class, or one of a mapping's."""
        self.scope = scope
        symbol = self._imported(value) if name else ""
        if symbol:
            self.aliases[name if "." in name else "%s:%s" % (scope, name)] = symbol

    def _made_by(self, name: str, value: ast.expr, scope: str) -> None:
        """A variable that holds what a call gives back."""
        self.scope = scope
        symbol = self.symbol(value) if name else ""
        key = name if "." in name else "%s:%s" % (scope, name)
        if symbol == "importlib.import_module()" and isinstance(value, ast.Call):
            if value.args and isinstance(value.args[0], ast.Constant):
                self.aliases[key] = str(value.args[0].value)
        elif self.wanted.is_local(symbol):
            # What a function of the project gives back is for the other file to say; in this one the name says more.
            self.origins[key] = symbol if symbol.endswith("()") else symbol + "()"
        elif "." in symbol and symbol[0] != "?" and not symbol.startswith(("self.", "cls.")):
            self.aliases[key] = symbol if symbol.endswith("()") else symbol + "()"

    def _imported(self, node: ast.expr) -> str:
        """The symbol of an expression where it begins with what was imported from elsewhere; else an empty text."""
        root = node
        while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
            root = root.func if isinstance(root, ast.Call) else root.value
        if not isinstance(root, ast.Name):
            return ""
        known = (
            self._alias(root.id) or root.id in self.made or root.id in self.mappings or _dotted(node) in self.aliases
        )
        symbol = self.symbol(node) if known else ""
        return symbol if self.wanted.is_foreign(symbol) else ""

    def _objects(self) -> dict[str, str]:
        """What other files may import of this one: variables and functions by name, and the symbol of what they hold or give back."""
        found = {name[1:]: symbol for name, symbol in self.aliases.items() if name[0] == ":"}
        found.update((name + "()", symbol) for name, symbol in self.made.items())
        return {name: symbol for name, symbol in found.items() if self.wanted.is_foreign(symbol)}

    def _alias(self, name: str) -> str | None:
        """What a name stands for in the function at hand, or in the module."""
        for key in (self.scope + ":" + name, ":" + name, name):
            if key in self.aliases:
                return self.aliases[key]
        return None

    def symbol(self, node: ast.expr) -> str:
        """Dotted name with the import alias resolved; `?` stands for a receiver that is not known."""
        name = _dotted(node)
        if name:
            return self._resolved(name)[:200]
        parts: list[str] = []
        while True:
            while isinstance(node, ast.Attribute):
                parts.append(node.attr)
                node = node.value
            if len(parts) > MOST_PARTS:
                return "?"
            if isinstance(node, ast.Call):
                callee = _dotted(node.func) if self.made else ""
                made = self.made.get(callee[5:] if callee.startswith("self.") else callee)
                parts.append(made or self.symbol(node.func) + "()")
                break
            if not isinstance(node, ast.Subscript):
                parts.append("?")
                break
            node = node.value
            among = self.mappings.get(node.id) if isinstance(node, ast.Name) else None
            if among is not None and among.values and not isinstance(among.values[0], (ast.Subscript, ast.Dict)):
                # One of a mapping's values says what the others are.
                node = among.values[0]
            name = _dotted(node)
            if name:
                parts.append(self._resolved(name))
                break
        return ".".join(reversed(parts))[:200]

    def _resolved(self, name: str) -> str:
        """A name with what its longest known beginning stands for."""
        if name.count(".") > MOST_PARTS:
            return "?"
        known, rest = name, ""
        while "." in known:
            whole = self.aliases.get(known)
            if whole:
                return whole + rest
            known, _dot, last = known.rpartition(".")
            rest = "." + last + rest
        return (self._alias(known) or known) + rest

    def _decorator(self, node: ast.expr) -> str:
        return self.symbol(node.func if isinstance(node, ast.Call) else node)

    def _call(self, node: ast.Call, function: str) -> None:
        plain = self.symbols[id(node)] = self.symbol(node.func)
        symbol = self._starred(plain)
        named = [item for item in node.keywords if item.arg]
        construct = symbol.startswith(CONSTRUCT) or symbol.endswith(OVERRIDE)
        variable = self.targets.get(id(node), "") if construct else self._helped(node) if self.cdk else ""
        if (construct or variable) and len(self.constructs) < MOST_CONSTRUCTS:
            self.constructs.append([symbol, node.lineno, variable, _all_words(node), id(node) in self.repeated])
        held = self._held(node.func, symbol) if isinstance(node.func, ast.Attribute) else ""
        wanted = self.wanted.call(symbol) or not self.wanted.keywords.isdisjoint([item.arg for item in named])
        if not wanted and not held:
            return
        keywords = {item.arg: self._given(item.value) for item in named[:40]}
        for item in node.keywords if len(named) < len(node.keywords) else ():
            keywords.update(self._spread(item.value) if item.arg is None else ())
        given = [self._given(item) for item in node.args[:4]]
        if wanted:
            self.calls.append([symbol, node.lineno, function, keywords, given])
        if held and len(self.held) < MOST_STRINGS:
            self.held.append([held, node.lineno, function, keywords, given])

    def _held(self, callee: ast.Attribute, symbol: str) -> str:
        """A call of something that another file of the project made, by where it comes from; else an empty text."""
        if not self.wanted.ending(callee.attr):
            return ""
        name = _dotted(callee.value) if self.origins else ""
        origin = name and (
            self.origins.get("%s:%s" % (self.scope, name)) or self.origins.get(":" + name) or self.origins.get(name)
        )
        return "%s.%s" % (origin, callee.attr) if origin else symbol if self.wanted.is_local(symbol) else ""

    def _spread(self, node: ast.expr) -> dict[str, str]:
        """The keywords that a mapping which is written out gives."""
        among = node if isinstance(node, ast.Dict) else self.mappings.get(_dotted(node))
        return {
            str(key.value): self._given(value)
            for key, value in (zip(among.keys, among.values) if among else ())
            if isinstance(key, ast.Constant)
        }

    def _helped(self, node: ast.Call) -> str:
        """The variable of the first construct that a function of the project is given, with `()` behind it."""
        for item in (*node.args, *(one.value for one in node.keywords)):
            if isinstance(item, ast.Name) and re.match(r"aws_cdk\..*\(\)", self._alias(item.id) or ""):
                return item.id + "()"
        return ""

    def _setting(self, node: ast.Assign, function: str) -> None:
        """A setting of a library, as in `litellm.callbacks = [...]`, is kept like a call of that name with `=` behind it."""
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                symbol = self.symbol(target) + "="
                if self.wanted.call(symbol):
                    self.calls.append([symbol, node.lineno, function, {}, [_value(node.value)]])

    def _starred(self, symbol: str) -> str:
        """A name that a star import brings, where a rule asks for it; the module's own functions go first."""
        if not self.starred or self.wanted.call(symbol) or symbol.split(".", 1)[0] in self.names.get("", ()):
            return symbol
        return next(
            (one for one in (module + "." + symbol for module in self.starred) if self.wanted.call(one)), symbol
        )

    def _given(self, node: ast.expr) -> str:
        """The value of an argument; of a variable of the module the literal that it holds, or `<env>`."""
        if isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.FormattedValue) else one for one in node.values)
            return "".join(
                str(one.value) if isinstance(one, ast.Constant) else self.values.get(_dotted(one), "<>")
                for one in parts
            )[:LONGEST_STRING]
        return self.values.get(_dotted(node)) or _value(node)

    def _condition(  # noqa: PLR0917 (what a decision is about, and what comes of it)
        self,
        test: ast.expr,
        function: str,
        given: list[str],
        statements: list[ast.stmt] | None = None,
        otherwise: Iterable[ast.stmt] = (),
        constants: list[str] | None = None,
    ) -> None:
        """Note a condition; what it decides is worked out when all calls of the file are known."""
        if id(test) not in self.judged:
            self.judged.add(id(test))
            self.conditions.append((test, function, given, statements or (), otherwise, constants))

    def _decide(self) -> None:
        """Work out the conditions in the order in which they stand."""
        lines = sorted(call[1] for call in self.calls)
        for test, function, given, statements, otherwise, constants in self.conditions:
            if len(self.branches) < MOST_STRINGS:
                first, last = (statements[0].lineno, statements[-1].end_lineno) if statements else (1, 0)
                calls = bisect.bisect_right(lines, last) > bisect.bisect_left(lines, first)
                self.scope = function
                self._decision(test, function, given, statements, otherwise, constants, calls)

    def _decision(  # noqa: PLR0917 (what a decision is about, and what comes of it)
        self,
        test: ast.expr,
        function: str,
        given: list[str],
        statements: Sequence[ast.stmt],
        otherwise: Iterable[ast.stmt],
        constants: list[str] | None,
        calls: bool,
    ) -> None:
        """Keep a decision about wanted words: whether there is an order in it, and what is called where it holds or does not.

        `given` is where its outcome goes: names, `return`, or `said`. `constants` are what is chosen between, where nothing is called.
        """
        names = sorted(set(_words(test, literals=False)))[:12]
        named = sorted({*names, *given} - {"", "return", "said"})
        about = any(map(self.wanted.condition, [*named, function])) or self.verdicts.intersection(names)
        if not (about or calls):
            return
        body = constants or self._done(statements)
        # Another file may say what the condition means; then what comes of it tells whether it matters.
        if not about and not any(self.wanted.call(word) for word in body if "." in word):
            return
        ordered = any(isinstance(item, ast.Compare) and isinstance(item.ops[0], ORDERS) for item in _walk(test))
        if not (body or ordered or statements):
            return
        self.verdicts.update(given if ordered else ())
        self.branches.append(
            {
                "names": named,
                "line": test.lineno,
                "function": function,
                "ordered": ordered,
                "given": given,
                "body": body,
                "other": self._done(otherwise),
                "leaves": any(isinstance(item, (ast.Raise, ast.Return)) for item in statements),
                "sets": sorted(_assigned(statements))[:12],
            }
        )

    def _done(self, body: Iterable[ast.stmt]) -> list[str]:
        """What a branch calls, and after `->` what it returns: a branch of Airflow names the task that comes next.

        What copies or stores something is told with where to; after `&` stand the functions that are handed over, after `$` the texts that
        name what is started.
        """
        found: list[str] = []
        for item in body:
            if len(found) >= MOST_DONE:
                break
            for call in _calls(item):
                symbol = self.symbols.get(id(call)) or self.symbol(call.func)
                found.append(symbol)
                if len(found) >= MOST_DONE:
                    break
                given = [*call.args, *(one.value for one in call.keywords)]
                if HANDS_OVER.search(symbol):
                    found.extend("&" + name.rpartition(".")[2] for name in map(_dotted, given) if name)
                if STARTS_OTHERS.search(symbol):
                    found.extend("$" + text for text in map(self._given, given) if STARTED.search(text))
                if STORING.search(symbol):
                    words = [value for part in given for value in _words(part)]
                    found.append("%s(%s)" % (symbol, ", ".join(words)[:200]))
            if isinstance(item, ast.Return) and item.value is not None:
                found.extend(
                    "->" + one.value
                    for one in _walk(item.value)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
        return found[:MOST_DONE]

    def _string(self, node: ast.expr, value: str) -> None:
        if len(value) <= LONGEST_STRING and len(self.strings) < MOST_STRINGS and self.wanted.string(value):
            self.strings.append([value, node.lineno])


def _walk(node: ast.AST) -> list[ast.AST]:
    """What ast.walk gives, in its order and a part of its time; operators and the like are left out."""
    found = [node]
    # The list grows while it is read: nothing has to be taken out of it.
    for item in found:
        for field in FIELDS[type(item)]:
            value = getattr(item, field)
            kind = type(value)
            if kind is list:
                found += [one for one in value if type(one) not in PLAIN]
            elif kind not in PLAIN:
                found.append(value)
    return found


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (item for item in _walk(node) if isinstance(item, ast.Call))


def _words(node: ast.AST, literals: bool = True) -> Iterator[str]:
    """Names, attributes and texts in an expression; without `literals`, texts that something is merely equal to are left out."""
    equal: set[int] = set()
    for item in _walk(node):
        if isinstance(item, ast.Name):
            yield item.id
        elif isinstance(item, ast.Attribute):
            yield item.attr
        elif isinstance(item, ast.Constant):
            if isinstance(item.value, str) and id(item) not in equal:
                yield item.value[:60]
        elif not literals and isinstance(item, ast.Compare) and not isinstance(item.ops[0], ORDERS):
            equal.update(
                id(one)
                for part in (item.left, *item.comparators)
                for one in _walk(part)
                if isinstance(one, ast.Constant)
            )


def _all_words(call: ast.Call) -> str:
    """Names, attributes, keywords and texts of a call in the order in which they stand, a line each."""
    words: list[str] = []
    size = 0
    stack: list[ast.AST] = [call]
    while stack and size < LONGEST_CONSTRUCT:
        node = stack.pop()
        word = ""
        if isinstance(node, ast.Name):
            word = node.id
        elif isinstance(node, ast.Attribute):
            word = node.attr
        elif isinstance(node, ast.keyword):
            word = (node.arg or "") + "="
        elif isinstance(node, ast.Constant):
            word = str(node.value)[:LONGEST_STRING].replace("\n", " ")
        if word:
            words.append(word)
            size += len(word)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return "\n".join(words)


def _decided(node: ast.expr) -> ast.expr:
    """What a choice hangs on: its condition, or the whole where it is a choice between two comparisons."""
    if isinstance(node, ast.IfExp) and not isinstance(node.body, ast.Compare):
        return node.test
    return node


def _constants(choice: ast.expr) -> list[str]:
    """The texts between which a conditional expression chooses, after `->`."""
    parts = (choice.body, choice.orelse) if isinstance(choice, ast.IfExp) else ()
    return ["->" + item.value[:60] for item in parts if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _assigned(statements: Iterable[ast.stmt]) -> set[str]:
    """Names that statements give values to."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.Assign):
            found.update(
                item.id for target in statement.targets for item in _walk(target) if isinstance(item, ast.Name)
            )
    return found


def _value(node: ast.expr) -> str:
    """A literal as text; `<name>` for what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value)[:LONGEST_STRING]
    if isinstance(node, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
        items = [item for item in _walk(node) if isinstance(item, ast.Constant)][:40]
        return "[%s]" % ", ".join(str(item.value)[:80] for item in items)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(item.value) if isinstance(item, ast.Constant) else "<>" for item in node.values)[
            :LONGEST_STRING
        ]
    variable = _environment(node)
    if variable is not None:
        return variable
    if isinstance(node, ast.Call):
        given = [str(item.value)[:80] for item in node.args[:4] if isinstance(item, ast.Constant)]
        return "<%s(%s)>" % (_dotted(node.func) or "?", ", ".join(given))
    return "<%s>" % (_dotted(node) or "?")


def _is_known(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or _environment(node) is not None


def _environment(node: ast.expr) -> str | None:
    """`<env>` for what only the environment knows, or the literal that stands where the variable is not set."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
        first, last = node.values
        if _environment(first) is not None and isinstance(last, ast.Constant):
            return str(last.value)[:LONGEST_STRING]
    if isinstance(node, ast.Subscript) and _dotted(node.value) in ("os.environ", "environ"):
        return "<env>"
    if isinstance(node, ast.Call) and _dotted(node.func) in ("os.getenv", "getenv", "os.environ.get", "environ.get"):
        default = node.args[1] if len(node.args) > 1 else None
        if isinstance(default, ast.Constant) and default.value:
            return str(default.value)[:LONGEST_STRING]
        return "<env>"
    return None


def _dotted(node: ast.expr) -> str:
    """The name that an expression is, with its dots; else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def _constant_truth(node: ast.expr) -> bool | None:
    if isinstance(node, ast.Constant):
        return bool(node.value)
    return False if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING" else None


def _is_main(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == "__name__"
        and any(isinstance(item, ast.Constant) and item.value == "__main__" for item in node.comparators)
    )


def _checks_something(node: ast.Assert) -> bool:
    """Whether an assertion looks at something: `assert True` looks at nothing."""
    return not isinstance(node.test, ast.Constant)


def _arguments(function: ast.FunctionDef) -> list[str]:
    return [item.arg for item in function.args.args[:20]]


def _assertions(function: ast.AST) -> int:
    """Number of assertions that look at something."""
    count = 0
    for node in _walk(function):
        if isinstance(node, ast.Assert):
            count += _checks_something(node)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            literal = bool(node.args) and all(isinstance(item, ast.Constant) for item in node.args)
            count += bool(ASSERTING.search(name)) and not literal
            count += name in ("raises", "assert_called", "assert_called_once", "fail_under")
    return count
