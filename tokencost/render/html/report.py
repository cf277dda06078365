"""The page of `tokencost report`: one file that works from a folder, without a network.

Its content security policy allows only the one style and the one script that stand in it, by their digests, and
no request at all. Values from files are text wherever they stand.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import escape
from importlib.resources import files

from tokencost.documents.document import Document
from tokencost.documents.report_page import Calculator, CalculatorModel, ReportPage, Section, list_rates
from tokencost.render.html.page import html_table, items, paragraph
from tokencost.render.numbers import show_sentence
from tokencost.render.pictures.svg_chart import draw_figure
from tokencost.render.sanitize import sanitize
from tokencost.render.table_view import TableView
from tokencost.render.view import view_document

SCRIPTS = ("exact.js", "cost.js", "calculator.js")
"""In the order in which they need each other."""
_PLACE = re.compile(r"<!-- (\w+) -->")


def report_html(page: ReportPage) -> str:
    """The whole file: the template with its parts in the places that name them."""
    script = "\n".join(_read_file(name) for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    style = _read_file("report.css")
    stamp = view_document(page.sections[0].document).stamp
    links = [(section.key, section.heading) for section in page.sections]
    links.insert(0, ("calculator", "Calculator"))
    if page.first:
        links.insert(0, (page.first.key, page.first.heading))
    parts = {
        "policy": f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "stamp": escape(stamp),
        "contents": "\n".join(f'<li><a href="#{key}">{escape(heading)}</a></li>' for key, heading in links),
        "first": _write_section(page.first, folded=True) if page.first else "",
        "sections": "\n\n".join(_write_section(section) for section in page.sections),
        "rates": _write_json(page.calculator, stamp),
    }
    return _PLACE.sub(lambda match: parts[match[1]], _read_file("report.html"))


def _read_file(name: str) -> str:
    return files(__package__).joinpath("report_page", name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _write_section(section: Section, *, folded: bool = False) -> str:
    lead = sanitize(show_sentence(section.lead))
    parts = [
        f'<section id="{section.key}" aria-labelledby="{section.key}-heading">',
        f'<h2 id="{section.key}-heading">{escape(section.heading)}</h2>',
        *([f"<p><strong>{escape(lead)}</strong></p>"] if lead else []),
        *_write_body(section.document, folded=folded),
        "</section>",
    ]
    return "\n".join(parts)


def _write_body(document: Document, *, folded: bool) -> Iterator[str]:
    """What is said first, the pictures, the tables, and the rest; sources have a part of the page of their own.

    `folded` tables are there when somebody opens them.
    """
    parts = view_document(document._replace(sources=()))
    titles = {sanitize(show_sentence(chart.title)).rstrip(".") for chart in document.charts}
    # What stands above a picture is not said twice.
    yield from (paragraph(text) for text in (*parts.answer, *parts.assumed) if text.rstrip(".") not in titles)
    yield from (draw_figure(chart) for chart in document.charts)
    tables = [_write_table(table) for table in parts.tables]
    if folded and tables:
        yield "<details><summary>Every change, as a table</summary>"
        yield from (*tables, "</details>")
    else:
        yield from tables
    yield from (paragraph(sentence) for sentence in parts.remarks)
    for heading, entries in parts.lists:
        # The heading of the section is the h2.
        yield items(heading, entries).replace("h2>", "h3>")


def _write_table(table: TableView) -> str:
    # A part that scrolls must be in reach of the keyboard, and have a name.
    name = escape(table.title or table.flat_headings[0])
    scrolls = f'<div class="table" role="region" tabindex="0" aria-label="{name}">'
    return html_table(table, whole="w").replace('<div class="table">', scrolls, 1)


def _write_json(calculator: Calculator, stamp: str) -> str:
    """The rates as whole numbers of the smallest unit that any of them needs, as text: no reader may round them."""
    scale = max(
        (_decimals(rate) for model in calculator.models for cell in model.cells for rate in list_rates(cell) if rate),
        default=0,
    )
    data = {
        "on": calculator.on,
        "stamp": stamp,
        "scale": scale,
        "models": [_describe_model(model, scale) for model in calculator.models],
        "chosen": calculator.chosen,
        "against": calculator.against,
        "mostRequests": str(calculator.most_requests),
        "mostTokens": str(calculator.most_tokens),
    }
    # Within a script element only `<` could end it or open a comment.
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def _describe_model(model: CalculatorModel, scale: int) -> dict[str, object]:
    return {
        "name": model.name,
        "shown": sanitize(model.name),
        "provider": sanitize(model.provider),
        "thresholds": [str(threshold) for threshold in model.thresholds],
        "refused": sanitize(model.refused),
        "ends": model.ends,
        "cells": [
            [
                cell.tier,
                cell.window,
                str(cell.input_tokens_above),
                *(_scale_rate(rate, scale) for rate in list_rates(cell)),
            ]
            for cell in model.cells
        ],
    }


def _decimals(rate: Decimal) -> int:
    exponent = rate.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _scale_rate(rate: Decimal | None, scale: int) -> str | None:
    return None if rate is None else format(rate.scaleb(scale), ".0f")
