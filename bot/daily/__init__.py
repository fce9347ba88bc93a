"""Daily questions in study servers: schedules, their posts, reveals, reminders and roles for streaks."""
