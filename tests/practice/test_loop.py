from tests.conftest import World


async def test_a_medium_question_is_drawn_answered_and_debriefed(world: World) -> None:
    card = await world.draw(difficulty="medium")

    result = await world.answer(card, "I would put a queue in front of the model, with 390 messages per second.")

    assert result.response is not None

    assert result.response.ephemeral
    await world.env.advance_time(60 * 60)
