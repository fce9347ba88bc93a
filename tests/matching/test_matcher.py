"""Which rubric points an answer is heard on: the rule, its edges, and what is not compared at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bank.bank import Bank
from bot.bank.schema import Question
from bot.matching.matcher import NOT_ENGLISH, TOO_SHORT, best_sentences, match
from bot.matching.words import stems, words

OTHER = "I would say that the people who work with it know what they are for, and this is how it has been. "  # 22 words, none is listened for
PROMPT = "A shop ranks books for every visitor. Design the nightly training."


@pytest.fixture
def question(bank: Bank) -> Question:
    """Four points: three share `pager`, two share `rollback`, all have words of their own, the last two words of the prompt."""
    return asked(
        bank,
        PROMPT,
        ["pager rollback canary zebra", "walrus otter beaver"],
        ["pager rollback lizard gecko"],
        ["pager books visitor falcon heron"],
        ["shop ranks nightly training design"],
    )


def asked(bank: Bank, prompt: str, *heard: list[str]) -> Question:
    """A shipped question with another prompt and other `heard`."""
    shipped = bank.topics[0].questions[0]
    rubric = tuple(shipped.rubric[index].model_copy(update={"heard": tuple(pieces)}) for index, pieces in enumerate(heard))
    return shipped.model_copy(update={"prompt": prompt, "rubric": rubric})


def scores(question: Question, text: str) -> list[float]:
    """The score of each point."""
    return [score for score, _ in best_sentences(question, text)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("canary and zebra too", [2, 0, 0, 0]),
        ("canary and otter too", [2, 0, 0, 0]),  # from two of the point's pieces
        ("canaries for a canary's canary", [1, 0, 0, 0]),  # each stem once
        ("rollback with a gecko", [0.5, 1.5, 0, 0]),
        ("a pager for it", [1 / 3, 1 / 3, 1 / 3, 0]),
        ("a falcon that books it", [0, 0, 1.3, 0]),  # a stem of the prompt is worth 0.3
        ("we would not say so", [0, 0, 0, 0]),
        ("canary zebra", [0, 0, 0, 0]),  # under three words
    ],
)
def test_a_stem_is_shared_among_the_points_that_have_it_and_weighs_less_if_the_prompt_has_it(
    question: Question, sentence: str, expected: list[float]
) -> None:
    assert scores(question, sentence) == pytest.approx(expected)


def test_each_point_is_shown_its_best_sentence_and_the_first_of_equals(question: Question) -> None:
    found = best_sentences(
        question, "A canary came first. Zebra and canary came next.\nThen the otter and the walrus came. Gecko and lizard came last."
    )

    assert found == [(2, "Zebra and canary came next."), (2, "Gecko and lizard came last."), (0, None), (0, None)]


def test_words_of_two_sentences_are_not_added_up(question: Question) -> None:
    assert scores(question, "There was a canary. There was a zebra. There was an otter.") == [1, 0, 0, 0]


def test_a_sentence_that_repeats_the_prompt_does_not_count(question: Question) -> None:
    seven_of_ten = "Shop ranks books, visitor nightly training design: falcon, heron, beaver."
    seven_of_eleven = "Shop ranks books, visitor nightly training design: falcon, heron, beaver, otter."

    assert scores(question, PROMPT) == [0, 0, 0, 0]
    assert scores(question, seven_of_ten) == [0, 0, 0, 0]
    assert scores(question, seven_of_eleven) == pytest.approx([2, 0, 2.6, 1.5])


@pytest.mark.parametrize(
    ("sentence", "level", "score"),
    [
        ("The canary and the zebra.", "heard", 2.0),
        ("The canary and the zebra and a pager.", "heard", 7 / 3),
        ("The canary and a pager and a rollback.", "perhaps", 1 + 1 / 3 + 0.5),
        ("The canary and a rollback.", "perhaps", 1.5),
        ("The canary and a pager.", "not found", 4 / 3),
    ],
)
def test_from_2_a_point_is_heard_and_from_1_5_perhaps(question: Question, sentence: str, level: str, score: float) -> None:
    found = match(question, OTHER + sentence)

    point = found.points[0]
    assert found.reason is None
    assert point.level == level
    assert point.score == pytest.approx(score)
    assert point.sentence == (sentence if level != "not found" else None)


def test_a_score_on_the_edge_is_the_same_in_whatever_order_its_words_are_added(bank: Bank) -> None:
    """Three thirds and a half: added up naively that is 1.4999999999999998 in most orders, and a set has another in every process."""
    names = [f"{letter}{number}" for letter in "qxz" for number in range(40)]
    for thirds in zip(names[0::4], names[1::4], names[2::4], strict=True):
        shared = " ".join(thirds)
        half = names[names.index(thirds[2]) + 1]
        edge = asked(bank, PROMPT, [shared, half], [shared, half], [shared, "otter"], ["walrus", "beaver"])

        assert scores(edge, f"{shared} {half}") == [1.5, 1.5, 1, 0]


def test_under_25_words_nothing_is_compared_and_the_reason_is_said(question: Question) -> None:
    short = " ".join([*words(OTHER)[:22], "canary", "zebra"])

    compared, too_short = match(question, short + " otter"), match(question, short)

    assert (compared.reason, compared.points[0].level) == (None, "heard")
    assert too_short.reason == TOO_SHORT
    assert [(point.level, point.score, point.sentence) for point in too_short.points] == [("not found", 0, None)] * 4


@pytest.mark.parametrize("text", ["", " \n ", "?!" * 50])
def test_an_answer_without_words_is_too_short(question: Question, text: str) -> None:
    assert match(question, text).reason == TOO_SHORT


FOREIGN = {
    "German": "Ich würde zuerst die Last auf dem Modell messen und dann einen Cache davor stellen, weil ein Drittel der Anfragen sich wiederholt. "
    "Danach prüfe ich, wie viele Replikate am Abend nötig sind.",
    "Dutch": "Ik zou eerst de belasting op het model meten en dan een cache ervoor zetten, omdat een derde van de berichten zich herhaalt. "
    "Daarna kijk ik of we in de avond genoeg replica's over hebben, en of er een is die we kunnen missen. Dat is wat we in productie ook deden.",
    "Portuguese": "Primeiro eu mediria a carga no modelo e colocaria um cache na frente do serviço, porque um terço das mensagens se repete. "
    "Depois veria quantas réplicas o pico do fim do dia exige, a partir das medidas do lote, e deixaria uma a mais para as falhas.",
    "Spanish": "Primero mediría la carga en el modelo y pondría una caché delante del servicio, porque un tercio de los mensajes se repite. "
    "Después calcularía cuántas réplicas hacen falta a la hora pico, y dejaría una de reserva por si no arranca otra a tiempo.",
    "French": "Je mesurerais d'abord la charge du modèle, puis je placerais un cache devant, car un tiers des messages se répète. "
    "Ensuite on calcule combien de répliques il faut le soir.",
    "Danish": "Jeg ville først måle belastningen på modellen og sætte en cache foran, for en tredjedel af beskederne gentager sig. "
    "Derefter ville jeg se, hvor mange vi har brug for i spidsen, og have en i reserve for at være sikker på at vi kan miste en.",
    "Russian": "Сначала я измерил бы нагрузку на модель и поставил бы перед ней кэш, потому что треть сообщений повторяется.",
    "Chinese": "我会先测量模型的负载，然后在前面放一个缓存，因为三分之一的消息是重复的。之后再算晚上需要多少副本。",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_an_answer_in_another_language_is_not_compared_though_it_has_english_terms(question: Question, language: str) -> None:
    found = match(question, FOREIGN[language] + " Canary, zebra, otter.")

    assert found.reason == NOT_ENGLISH
    assert [point.level for point in found.points] == ["not found"] * 4


def test_terse_english_notes_are_compared(question: Question) -> None:
    notes = (
        "cache first, then 390 rps reach gpu. batch 8 -> 14ms. canary plus zebra. scale when queue grows. cold start 60s needs headroom. "
        "revisit platform when models exceed five, cost break-even 20 rps."
    )

    found = match(question, notes)

    assert (found.reason, found.points[0].sentence) == (None, "canary plus zebra.")


def test_the_model_answer_is_heard_on_every_point_of_every_shipped_question(bank: Bank) -> None:
    for topic in bank.topics:
        for shipped in topic.questions:
            found = match(shipped, shipped.answer)
            assert found.reason is None, shipped.id
            assert all(point.level != "not found" for point in found.points), shipped.id


VOCABULARY = ["cache", "caching", "queue", "queued", "replica", "shard", "canary", "p99", "the", "is", "not", "model", "isn't", "model's"]
some_words = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=7).map(" ".join)


@given(prompt=some_words, heard=st.lists(st.lists(some_words, min_size=2, max_size=3), min_size=4, max_size=4), said=st.lists(some_words, max_size=6))
def test_scores_are_those_of_the_rule_as_it_is_written_down(bank: Bank, prompt: str, heard: list[list[str]], said: list[str]) -> None:
    listened = [stems(" ".join(pieces)) for pieces in heard]
    expected = [0.0] * 4
    for sentence in said:
        spoken = stems(sentence)
        if len(words(sentence)) < 3 or (spoken and len(spoken & stems(prompt)) / len(spoken) >= 0.7):
            continue
        for index in range(4):
            shared = spoken & listened[index]
            weights = [(0.3 if stem in stems(prompt) else 1) / sum(stem in other for other in listened) for stem in shared]
            expected[index] = max(expected[index], sum(weights))

    assert scores(asked(bank, prompt, *heard), ". ".join(said)) == pytest.approx(expected)
