"""A review as text, JSON and Markdown; also reads its JSON back and checks it."""
