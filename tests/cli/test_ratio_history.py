"""`tokencost prices history` of two models, as programs and as people read it."""

import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]
TODAY = "2026-11-21"
LINES = ("deepseek-flagship", "openai-flagship")


def test_programs_get_the_same_rows_and_the_ratios_beside_them(tokencost: Run) -> None:
    asked = ("prices", "history", "deepseek-reasoner", "o1", "--on", TODAY)
    data = json.loads(tokencost(*asked, "--format", "json").out)
    alone = [
        row
        for name in ("deepseek-reasoner", "o1")
        for row in json.loads(tokencost("prices", "history", name, "--on", TODAY, "--format", "json").out)["rows"]
    ]
    assert data["rows"] == alone
    assert data["ratios"][1] == {
        "from": "2025-01-20T00:00:00Z",
        "until": "2025-02-26T16:30:00Z",
        "model": "deepseek-reasoner",
        "component": "cached_input",
        "tier": "standard",
        "window": None,
        "price": 0.14,
        "baseline": "o1",
        "baseline_price": 7.5,
        "ratio": 53.5714285714,
        "percent_lower": 98.1333333333,
        "baseline_window": None,
        "region": None,
    }
    for names in (("o1",), ("o1", "o3", "gpt-5")):
        assert "ratios" not in json.loads(tokencost("prices", "history", *names, "--on", TODAY, "--format", "json").out)
    lines = tokencost(*asked, "--format", "csv").out.splitlines()
    assert lines[0].startswith("provider,model,name,from,until")
    assert len(lines) == len(alone) + 1


def test_people_read_the_ratio_at_each_change(tokencost: Run) -> None:
    shown = tokencost("prices", "history", "deepseek-reasoner", "o1", "--on", TODAY, "--brief", "--width", "80").out
    assert shown.startswith(
        """\
For output, o1 cost 27.4 times as much as deepseek-reasoner on 2025-01-20, and
214.3 times on 2026-07-24, the last day of deepseek-reasoner.

                            output, USD per 1M tokens                  o1 costs
from              hours     deepseek-reasoner      o1   input    cached  output
───────────────────────────────────────────────────────────────────────────────
2025-01-20                              $2.19  $60.00   27.3×     53.6×   27.4×
2025-02-26 16:30  off-peak              $0.55  $60.00  111.1×    214.3×  109.1×
                  peak                  $2.19  $60.00   27.3×     53.6×   27.4×
2025-09-05 16:00                        $1.68  $60.00   26.8×    107.1×   35.7×
2025-09-29                              $0.42  $60.00   53.6×    267.9×  142.9×
2026-04-24                              $0.28  $60.00  107.1×    267.9×  214.3×
2026-04-26 12:15                        $0.28  $60.00  107.1×  2,678.6×  214.3×

"""
    )


def test_the_models_of_lines_stand_above_their_rows(tokencost: Run) -> None:
    lines = tokencost("prices", "history", *LINES, "--on", TODAY, "--width", "80").out.splitlines()
    place = lines.index("gpt-5.5 and deepseek-reasoner")
    assert lines[place + 1].split() == ["2026-04-23", "17.9×", "17.9×", "71.4×"]
    assert lines[place + 2] == "gpt-5.5 and deepseek-v4-pro"


def test_all_tiers_of_two_models_have_no_one_ratio(tokencost: Run) -> None:
    outcome = tokencost("prices", "history", "gpt-4o", "gpt-5.4", "--tier", "All", "--on", "2026-11-20")
    assert outcome.status == 0
    assert " costs" not in outcome.out
    assert "batch" in outcome.out
