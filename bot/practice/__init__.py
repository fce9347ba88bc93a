"""One question, one answer: draw, timer, answer, debrief, self-check, counts."""
