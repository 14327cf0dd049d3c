from ltxspec.report.results.films import Animatic, FilmShot, in_words


def test_a_film_is_one_line() -> None:
    shots = (FilmShot("night.alley", 2, 0.0, 6.0), FilmShot("night.tower", None, 6.0, 6.0))
    film = Animatic(
        file="a.mp4", width=1280, height=720, fps=25.0, frames=300, seconds=12.0, shots=shots, missing=(), outdated=()
    )
    assert in_words(film) == "a.mp4: 2 shots (1 take, 1 animatic), 12.00 s, 1280x720, 25 fps."
