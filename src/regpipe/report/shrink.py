"""PNG -> a picture small enough that a page can hold hundreds of them, with text that stays sharp.

A chart has few colours but for the soft edges of its lines and letters. So it is kept at its size,
its colours are brought down to a palette, and it is packed without loss. Pictures of a study are
then a sixth of their PNG files: smaller than lossy WebP of three quarters of the size and a quality
of 40, and without its blur around letters. (Pillow's own ways to a palette turn pale bands grey or
merge neighbouring contour levels.)
"""

import base64
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image

FEWEST, MOST = 12, 24  # colours: dots that overlap need 12, the levels of a decision boundary more
ERROR = 4.0  # of 255, the root of the mean square: more colours than that takes can't be told apart
WIDEST = 1800  # pixels, twice what a page shows
THREADS = 4  # that shrink pictures; the work is done outside Python's lock
EFFORT = 75  # of 100: the last quarter packs 2% more for twice the time


@dataclass(frozen=True)
class Picture:
    """A picture inside a page: a data URI, and its size in pixels."""

    uri: str
    width: int
    height: int


def shrink_all(pictures: Mapping[str, bytes]) -> dict[str, Picture]:
    """Return all pictures, shrunk, by their names."""
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(pictures, pool.map(shrink, pictures.values()), strict=True))


def shrink(png: bytes) -> Picture:
    """Return the same picture as a small WebP."""
    with Image.open(io.BytesIO(png)) as opened:
        image = _on_white(opened)
    if image.width > WIDEST:
        size = (WIDEST, round(image.height * WIDEST / image.width))
        image = image.resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    Image.fromarray(reduce_colours(np.asarray(image))).save(
        file, "WEBP", lossless=True, quality=EFFORT, method=4
    )
    encoded = base64.b64encode(file.getvalue()).decode()
    return Picture(f"data:image/webp;base64,{encoded}", image.width, image.height)


def reduce_colours(
    pixels: np.ndarray, fewest: int = FEWEST, most: int = MOST, error: float = ERROR
) -> np.ndarray:
    """Return the pixels in a few of their own colours, each in the nearest one.

    The first colour is the most frequent, each further one that whose pixels are farthest from
    those chosen, in total squares: so areas of one colour keep it exactly.

    Args:
        pixels: red, green and blue, bytes of shape (height, width, 3).
        fewest: colours that are taken, unless there are fewer.
        most: colours that are taken, 1 to 256.
        error: between those, whether another is taken: the root of the mean square, 0 to 255.
    """
    red, green, blue = np.moveaxis(pixels.astype(np.uint32), 2, 0)
    codes = (red << 16) | (green << 8) | blue
    present, counts = np.unique(codes, return_counts=True)
    colours = np.stack([present >> 16, present >> 8 & 255, present & 255], axis=1).astype(float)
    chosen, nearest = [int(counts.argmax())], np.zeros(len(present), np.uint8)
    distance = np.square(colours - colours[chosen[0]]).sum(axis=1)
    enough = 3 * error**2 * codes.size  # in three channels
    while len(chosen) < most and distance.any():
        if len(chosen) >= fewest and counts @ distance <= enough:
            break
        worst = int((counts * distance).argmax())
        from_worst = np.square(colours - colours[worst]).sum(axis=1)
        nearest[from_worst < distance] = len(chosen)
        distance = np.minimum(distance, from_worst)
        chosen.append(worst)
    places = np.empty(1 << 24, np.uint8)  # a table of all codes is faster than searching them
    places[present] = nearest
    return colours[chosen].astype(np.uint8)[places[codes]]


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture without transparency: pages may be dark."""
    layers = image.convert("RGBA")
    if layers.getchannel("A").getextrema() == (255, 255):
        return layers.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
