"""Draw plans: functions of a plan that return figures; they neither show nor save."""
