"""The only Jinja environment: strict, immutable, deterministic, and metered.

Jinja compiles a template to Python. Between its parser and its compiler the tree is rewritten here: anything that
repeats or grows goes through the budget, anything unsupported is refused by name. Nothing is computed while compiling.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.environment import Template
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Lexer, Token, TokenStream, get_lexer
from jinja2.loaders import DictLoader
from jinja2.parser import Parser
from jinja2.runtime import BlockReference, Context, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Joiner

from ltxspec.render.allowance import Allowance
from ltxspec.render.jinja import access
from ltxspec.render.jinja.budget import Meter, as_text, describe, operate
from ltxspec.render.jinja.checking import judge, unchecked
from ltxspec.render.jinja.counting import counted
from ltxspec.render.jinja.guards import comparable, equated, looped, sliced, spread
from ltxspec.render.jinja.lines import LAST, WHOLE, LineLexer, settle_includes, whole_line, without_line_end
from ltxspec.render.jinja.metering import (
    COMPARED,
    ENTERED,
    JOINED,
    KEYED,
    LEFT,
    LOOPED,
    SLICED,
    SPENT,
    SPREAD,
    Unsupported,
    harden,
)
from ltxspec.render.jinja.traps import EQUATED, JUDGED, PRINTED, judged, printable
from ltxspec.render.jinja.words import filters_for, tests_for

TEXT = "<text>"  # the name of a template that is not a file
RESULT = "ltxspec_result"
_CALLED = 8  # steps to call a filter or test by its name

_LINE_ENDS_OF_OTHERS = (nodes.Include, nodes.Extends, nodes.CallBlock, nodes.FilterBlock)

Resolve = Callable[[str, str], str]  # (name in the tag, template that contains it) -> key in `Engine.texts`


class _Counting(Extension):
    """Counts the tokens of a template while they are read."""

    environment: "Engine"

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        return counted(stream, self.environment.budget.allowance)


class Engine(ImmutableSandboxedEnvironment):
    """Runs templates. `texts` holds the files they include; `resolve` adds them.

    `has_changed` becomes true when a template runs that has other spaces here than in earlier versions, whose engine is
    made by `earlier=True`.
    """

    intercepted_binops: frozenset[str] = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, resolve: Resolve, allowance: Allowance | None = None, *, earlier: bool = False) -> None:
        self.budget = Meter(allowance)
        self.texts: dict[str, str] = {}
        self.resolve = resolve
        super().__init__(
            undefined=access.Unknown,
            finalize=self._print,
            loader=DictLoader(self.texts),
            extensions=[_Counting],
            optimized=False,  # no constant folding: it would run before anything is counted
            lstrip_blocks=True,  # `LineLexer` does the rest for lines that hold only tags
            trim_blocks=earlier,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,  # every included file is compiled once
        )
        self._lines = None if earlier else LineLexer(self)
        self.has_changed = False
        self._changed: set[Template | str | None] = set()  # also the names of their files, or their texts
        self.tests: dict[str, Any] = tests_for(self.budget, self.tests)
        self.filters: dict[str, Any] = filters_for(self.budget, self.filters)
        self.globals: dict[str, Any] = access.functions_for(self.budget)
        self.words = (frozenset(self.filters), frozenset(self.tests))
        self.filters |= self._internal_filters()

    def _internal_filters(self) -> dict[str, Callable[..., Any]]:
        """The filters that `harden` inserts into trees; their names cannot be written in a template."""
        budget = self.budget
        return {
            SPENT: budget.spend,
            ENTERED: lambda _: budget.enter(),
            LEFT: lambda _: budget.leave(),
            LOOPED: partial(looped, budget),
            JOINED: partial(access.join, budget, ""),
            COMPARED: partial(comparable, budget),
            KEYED: access.hashable,
            SLICED: partial(sliced, budget),
            SPREAD: partial(spread, budget),
            EQUATED: partial(equated, budget),
            JUDGED: judged,
            PRINTED: printable,
            WHOLE: whole_line,
            LAST: without_line_end,
        }

    @property
    def lexer(self) -> Lexer:
        """Jinja reads templates with this."""
        return self._lines or get_lexer(self)

    @pass_context
    def _print(self, _context: Context, value: Any) -> str:
        """Turn the value of `{{ … }}` into text."""
        if isinstance(value, Undefined):
            return str(value)  # raises, except for the missing `else` of an inline `if`
        if type(value) is str:
            self.budget.spend(len(value))
        return as_text(self.budget, value)

    def parse(self, source: str, name: str | None = None, filename: str | None = None) -> nodes.Template:
        """Parse a template and insert the counting."""
        try:
            parsed = super().parse(source, name, filename)
            tree = harden(parsed, *self.words)
            if self._lines is not None:
                settle_includes(tree.body, self._lines.alone, ends=name == TEXT)
                if self._lines.changed or any(tree.find(kind) for kind in _LINE_ENDS_OF_OTHERS):
                    self._changed.add(source if name == TEXT else name)
        except Unsupported as error:
            error.name = name
            raise
        tree.set_environment(self)
        return tree

    def compile(self, source: str | nodes.Template, name: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Compile a template; included files are passed as text."""
        return super().compile(self.parse(source, name) if isinstance(source, str) else source, name, *args, **kwargs)

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        """The template of an include, import or extends: a new one each time, so that no state is shared."""
        compiled = super().get_template(*args, **kwargs)
        self.has_changed |= compiled.name in self._changed
        return Template.from_module_dict(self, compiled.root_render_func.__globals__, self.globals)

    def call_filter(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Apply a filter to one item, as in `map`."""
        self.budget.spend(_CALLED)
        if name not in self.words[0]:
            raise ValueError(f"`map` needs the name of a filter, and `{name}` is not a filter")
        return super().call_filter(name, *args, **kwargs)

    def call_test(self, *args: Any, **kwargs: Any) -> Any:
        """Apply a test to one item, as in `select` and similar filters."""
        self.budget.spend(_CALLED)
        return super().call_test(*args, **kwargs)

    def program(self, text: str) -> Template:
        """Compile a text."""
        return self._compiled(self.parse(text, TEXT), text)

    def value_program(self, text: str) -> tuple[Template, bool]:
        """Compile a text. True: it is a single expression, whose value the run stores under `RESULT`.

        White space and comments around the expression do not count.
        """
        tree = self.parse(text, TEXT)
        paid, *rest = tree.body
        if len(rest) == 1 and isinstance(rest[0], nodes.Output):
            parts = [part for part in rest[0].nodes if not _is_blank(part)]
            if len(parts) == 1 and not isinstance(parts[0], nodes.TemplateData):
                return self._compiled(nodes.Template([paid, _result(unchecked(parts[0]))], lineno=1)), True
        return self._compiled(tree, text), False

    def expression(self, text: str) -> Template:
        """Compile a bare expression that is judged; the run stores its value under `RESULT`."""
        parser = Parser(self, text, TEXT, state="variable")
        parsed = parser.parse_expression()
        if not parser.stream.eos:
            token = parser.stream.current
            raise TemplateSyntaxError(f"unexpected {token.value!r} after the expression", token.lineno, TEXT)
        tree = harden(
            nodes.Template([_result(judge(parsed))], lineno=1), frozenset({*self.words[0], JUDGED}), self.words[1]
        )
        return self._compiled(tree)

    def names_in(self, text: str) -> set[str]:
        """The variables a bare expression uses, without the functions available in every template."""
        parsed = nodes.Output([Parser(self, text, TEXT, state="variable").parse_expression()])
        return {name.name for name in parsed.find_all(nodes.Name)} - self.globals.keys()

    def _compiled(self, tree: nodes.Template, text: str | None = None) -> Template:
        tree.set_environment(self)
        compiled = Template.from_code(self, self.compile(tree, TEXT), self.globals)
        if text in self._changed:
            self._changed.add(compiled)
        return compiled

    def run(self, template: Template, variables: Mapping[str, Any]) -> tuple[str, Any]:
        """Run a template with a fresh budget; returns its text and the value stored under `RESULT`."""
        self.budget.reset()
        self.has_changed |= template in self._changed
        context = template.new_context(dict(variables))
        text = "".join(template.root_render_func(context))
        self.budget.build(len(text))
        return _sound(text), context.vars.get(RESULT)

    def plain(self, value: Any) -> Any:
        """A value of a template as JSON: ranges and tuples as lists, no undefined values, no infinity."""
        self.budget.measure(value)  # an undefined name raises here
        return _plain(value)

    def join_path(self, template: str, parent: str) -> str:
        """Find the file named by an include, import or extends."""
        if not isinstance(template, str):
            raise TypeError("the name of an included file must be a text")
        return self.resolve(template, parent)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute` of a template."""
        return access.attribute(self.budget, obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]` of a template."""
        return access.item(self.budget, obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002  # jinja2's
        """Compute `left operator right`."""
        for side in (left, right):
            if isinstance(side, Undefined):
                access.fail(side)
        return operate(self.budget, operator, left, right)

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a block, or an available method or function, and nothing else."""
        self.budget.spend(len(args) + len(kwargs))
        if isinstance(function, Macro | BlockReference):
            self.budget.enter()
            result = context.call(function, *args, **kwargs)
            self.budget.leave()
            return result
        if isinstance(function, Undefined):
            access.fail(function)
        if not isinstance(function, partial | Joiner):
            raise SecurityError(f"{describe(function)} cannot be called")
        for value in (*args, *kwargs.values()):
            if isinstance(value, Undefined):
                access.fail(value)
        return context.call(function, *args, **kwargs)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"the result is `{value}`, which is not a number")
    if isinstance(value, str):
        return _sound(value)
    return None if isinstance(value, Undefined) else value


def _sound(text: str) -> str:
    """Refuse half characters (lone surrogates), which an escape can produce and no file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"the text contains half of a character (`\\u{ord(text[error.start]):x}`)") from None
    return text


def _is_blank(part: nodes.Node) -> bool:
    return isinstance(part, nodes.TemplateData) and not part.data.strip()


def _result(expression: nodes.Expr) -> nodes.Assign:
    return nodes.Assign(nodes.Name(RESULT, "store", lineno=1), expression, lineno=expression.lineno)
