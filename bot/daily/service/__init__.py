"""What happens with daily questions: schedules are made and kept, posts claimed, answers revealed, people reminded."""
