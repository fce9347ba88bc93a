"""Recall, precision and AUC of the matcher on 24 judged answers, and what one comparison costs."""

import json
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.bank.bank import Bank
from bot.matching.matcher import PERHAPS, best_sentences, match

ANSWERS = json.loads((Path(__file__).parent / "answers.json").read_text())
RECALL, PRECISION, AUC = 0.69, 0.75, 0.80  # at the threshold of `perhaps`; no change may fall below
LONGEST_MS = 1.0


def test_matcher_hears_what_people_judged_as_covered(bank: Bank) -> None:
    judged: list[tuple[float, bool]] = []
    for answer in ANSWERS:
        question = bank.question(answer["question"])
        assert question is not None
        scores = [score for score, _ in best_sentences(question, answer["text"])]
        judged += zip(scores, map(bool, answer["labels"]), strict=True)
    covered = [score for score, label in judged if label]
    not_covered = [score for score, label in judged if not label]
    hits = sum(score >= PERHAPS for score in covered)
    false_alarms = sum(score >= PERHAPS for score in not_covered)
    recall, precision = hits / len(covered), hits / (hits + false_alarms)
    wins = sum((yes > no) + (yes == no) / 2 for yes in covered for no in not_covered)
    auc = wins / (len(covered) * len(not_covered))
    print(f"\nmatcher: recall {recall:.3f}, precision {precision:.3f}, AUC {auc:.3f} on {len(judged)} judgements")
    assert recall >= RECALL
    assert precision >= PRECISION
    assert auc >= AUC


def test_a_comparison_costs_less_than_a_millisecond_once_stems_are_cached(bank: Bank) -> None:
    pairs = [(bank.question(answer["question"]), answer["text"]) for answer in ANSWERS]
    times = []
    for _ in range(20):
        for question, text in pairs:
            assert question is not None
            began = perf_counter()
            match(question, text)
            times.append(perf_counter() - began)
    warm = times[len(pairs) :]
    print(f"\nmatcher: {median(warm) * 1e3:.2f} ms a comparison (median), {max(len(text) for _, text in pairs)} characters at most")
    assert median(warm) * 1e3 < LONGEST_MS
