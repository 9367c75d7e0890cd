"""What an editor says of the findings on a title, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from toolkit.compliance import VERDICT_WORDS, lessons_of, own_rules
from toolkit.schema import VERDICTS, ToolkitError, check
from toolkit.widgets._headline_nodes import VERDICT_HINTS
from toolkit.widgets._headline_read import Looked, Row, Setting, short

# characters of a finding in the line that says what was noted
_NOTED_LENGTH = 12
WHOLE = -1


class Judging:
    """The verdicts of a desk: which may be given on what, giving one, keeping them.

    `judge` makes the next VERDICTS, `save` is called with them. Raises ColumnError for rules and verdicts that cannot
    be used.
    """

    def __init__(
        self,
        judge: Callable[..., pd.DataFrame],
        *,
        rules: Any = None,
        verdicts: pd.DataFrame | None = None,
        save: Callable[[pd.DataFrame], Any] | None = None,
    ) -> None:
        self._judge, self._save = judge, save
        self.rules = own_rules(rules)
        self._take(VERDICTS.empty() if verdicts is None else check(verdicts, VERDICTS))

    def _take(self, verdicts: pd.DataFrame) -> None:
        """These are the verdicts from now on; raises ColumnError, and then those before stay."""
        lessons = lessons_of(verdicts)
        self.verdicts, self.lessons = verdicts, lessons
        self._wrong = set(verdicts.loc[verdicts["verdict"] == "wrong", "rule_id"])

    def offered(self, looked: Looked) -> dict[int, tuple[str, ...]]:
        """The verdicts that may be given, by the finding's place; on the whole title where no finding is in the way."""
        offered: dict[int, tuple[str, ...]] = {}
        for place, row in enumerate(looked.found):
            if row["category"] != "exempt":
                offered[place] = ("wrong", "right")
            elif row["rule_id"] in self._wrong:
                # a false alarm that was noted by mistake is taken back as a right one
                offered[place] = ("right",)
        live = any(row["category"] != "exempt" for row in looked.found)
        return offered if live or looked.blank else {**offered, WHOLE: ("missed",)}

    def give(self, verdict: str, place: int, looked: Looked, *, note: str, setting: Setting) -> Iterator[str]:
        """Ask `judge`, keep its answer and save it; gives what is to be told, last the whole of it.

        Raises what `judge` refuses; what was there stays.
        """
        row = self._row(place, looked)
        about = {"verdict": verdict, "rule_id": row["rule_id"], "passage": row["text"]}
        category = "" if row["category"] == "exempt" else row["category"]
        how: Row = {"platform": setting.platform, "purpose": setting.purpose, "rules": self.rules}
        verdicts = self._judge(
            looked.text, **about, category=category, note=note, verdicts=self.verdicts, **how
        )
        self._take(verdicts)
        # said before the attempt: it stays there when the saving breaks off
        yield "判定已生效，还没有存下。"
        what = f"{VERDICT_WORDS[verdict]}「{short(row['text'], _NOTED_LENGTH)}」"
        yield f"记下了：{what}。{VERDICT_HINTS[verdict][1]}。{self._kept()}"

    def _row(self, place: int, looked: Looked) -> Row:
        if 0 <= place < len(looked.found):
            return looked.found[place]
        return {"rule_id": "", "text": looked.text, "category": ""}

    def _kept(self) -> str:
        """What is to be said of the saving; "" when all is well."""
        if self._save is None:
            return "只记在这张台上，还没有存下。"
        try:
            self._save(self.verdicts)
        except ToolkitError as error:
            return f"还没有存下：{error}"
        return ""
